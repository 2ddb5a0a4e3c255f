using System.Globalization;
using Pipeline.Grid.Spec;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid;

/// <summary>Grid jobs: work for volunteers that no one has to trust.</summary>
public sealed class GridJobKind(GridEngine engine, IObjectStore store) : IJobKind
{
    /// <inheritdoc/>
    public string Kind => "grid";

    /// <inheritdoc/>
    public string Orchestrator => GridOrchestrator.Name;

    /// <inheritdoc/>
    public Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken) => CheckAsync(spec, cancellationToken);

    /// <inheritdoc/>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var read = await CheckAsync(spec, cancellationToken);
        var (units, flops, memory) = await CountAsync(read, cancellationToken);
        var policy = read.Policy;
        var compute = new PlanStage("compute", [], units, 0, 0, 0,
        [
            $"{units:N0} work units of {read.Application.Name} version {read.Application.Version}, about {Quantity(flops / Math.Max(1, units))} operations and up to {ByteSize.Format(memory)} of memory each",
            $"{policy.TargetResults} results a unit, of which {policy.MinQuorum} must agree; {Duration.Format(policy.DelayBound)} for each",
            policy.Adaptive is { } adaptive
                ? string.Create(CultureInfo.InvariantCulture, $"a host with {adaptive.After} valid results in a row is believed alone, but for {adaptive.SpotCheck:0.#%} spot checks")
                : "no host is believed alone",
        ]);
        return new JobPlan(spec.Kind, spec.Name, $"Volunteers compute {units:N0} work units of {read.Application.Name}.", [compute], [], []);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> InputDatasets(JobSpec spec) => engine.Read(spec).Source.Dataset is { } dataset ? [dataset] : [];

    /// <inheritdoc/>
    public string? OutputDataset(JobSpec spec) => null;

    /// <inheritdoc/>
    public DataUse Use(JobSpec spec, string by)
    {
        var read = engine.Read(spec);
        IEnumerable<string> files = [.. read.Application.FilesOf(read.Source), .. read.Source.File is { } file ? [file] : Array.Empty<string>()];
        var datasets = files.Where(f => f.Contains('/', StringComparison.Ordinal)).Select(f => f[..f.IndexOf('/', StringComparison.Ordinal)]);
        if (read.Source.Dataset is { } dataset)
            datasets = datasets.Append(dataset);
        return new DataUse(by, [.. datasets.Distinct(StringComparer.Ordinal).Select(DataUse.Dataset)], []) { LeavesBy = ["volunteers, whose computers may be anywhere"] };
    }

    private async Task<(int Units, double Flops, long MemoryBytes)> CountAsync(GridSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.CountAsync(spec, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new SpecException("/input", e.Message);
        }
    }

    private async Task<GridSpec> CheckAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var read = engine.Read(spec);
        if (read.Source.File is { } file && await store.FindAsync(DatasetFolders.Container, file, cancellationToken) is null)
            throw new SpecException("/input/file", $"There is no file '{file}' in the container '{DatasetFolders.Container}'. Upload it first.");
        if (read.Source.Dataset is { } dataset && !await store.ListAsync(DatasetFolders.Container, $"{dataset}/", cancellationToken).AnyAsync(cancellationToken))
            throw new SpecException("/input/dataset", $"There is no dataset '{dataset}'. Upload it first.");
        return read;
    }

    private static string Quantity(double number) => number.ToString("0.##e0", CultureInfo.InvariantCulture);
}
