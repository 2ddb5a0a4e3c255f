using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Plans scoring jobs.</summary>
public sealed class ScoringPlanner(ModelStore models, DatasetCatalog datasets, SampleSourceBuilder sources, IObjectStore store)
{
    /// <summary>Plans a job.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="jobId">The job that is to run; null to check the spec only.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SpecException">There is no such model or dataset, or they do not fit.</exception>
    public async Task<(ScoringPlan Plan, IReadOnlyList<ResultColumn> Columns)> PlanAsync(ScoringSpec spec, string? jobId, CancellationToken cancellationToken)
    {
        ModelDocument document;
        try
        {
            document = await models.OpenAsync(spec.Model, spec.Version, cancellationToken);
        }
        catch (NotFoundException e)
        {
            throw new SpecException(spec.Version is null ? "/model" : "/version", e.Message);
        }
        try
        {
            var dataset = await datasets.OpenAsync(spec.Dataset, cancellationToken);
            var columns = dataset.Columns.Select(c => new ColumnSchema(c.Name, c.Type)).ToList();
            var source = await SourceAsync(spec, document, columns, dataset.PartitionColumns, cancellationToken);
            await CheckOutputAsync(spec, jobId, cancellationToken);
            var made = SaidTable.Columns(document, SaidTable.UsualName);
            if (made.FirstOrDefault(m => columns.Exists(c => string.Equals(c.Name, m.Name, StringComparison.OrdinalIgnoreCase))) is { } clash)
                throw new SpecException("/dataset", $"Dataset '{spec.Dataset}' has a column '{clash.Name}' already. Rename it before.");
            // All columns are written again, so all are read.
            var files = TrainingPlanner.Files(dataset, source with { Read = [.. columns.Select(c => c.Name)] });
            if (TrainingPlanner.FaultOf(files, document.Data) is { } fault)
                throw new SpecException("/dataset", fault);
            var tasks = TrainingPlanner.Pack(files, document.Data, false).ToList();
            return (new ScoringPlan(document.Name, document.Version, source, spec.Output, tasks), [.. columns.Concat(made).Select(c => new ResultColumn(c.Name, c.Type))]);
        }
        catch (StorageException e) when (e is not StorageFullException)
        {
            throw new SpecException("/dataset", e.Message);
        }
    }

    private async Task<SampleSource> SourceAsync(ScoringSpec spec, ModelDocument document, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> partitionColumns, CancellationToken cancellationToken)
    {
        try
        {
            return await sources.BuildAsync(document.Data with { Where = null }, columns, partitionColumns, spec.Dataset, null, withLabel: false, cancellationToken);
        }
        catch (SpecException e)
        {
            throw new SpecException([.. e.Faults.Select(f => new SpecFault("/dataset", $"The model '{document.Name}' does not fit: {f.Detail}"))]);
        }
    }

    private async Task CheckOutputAsync(ScoringSpec spec, string? jobId, CancellationToken cancellationToken)
    {
        await foreach (var blob in store.ListAsync(DatasetFolders.Container, $"{spec.Output}/", cancellationToken))
        {
            if (DatasetFolders.IsDataFile(blob.Path) && (jobId is null || !blob.Path.StartsWith($"{spec.Output}/{jobId}.", StringComparison.Ordinal)))
                throw new SpecException("/output/dataset", $"The dataset '{spec.Output}' has data. Choose another name.");
        }
    }
}
