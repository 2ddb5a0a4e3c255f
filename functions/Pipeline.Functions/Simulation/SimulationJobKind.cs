using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>Simulations: programs whose ranks talk at every step.</summary>
public sealed class SimulationJobKind(SimulationEngine engine) : IJobKind
{
    /// <inheritdoc/>
    public string Kind => "simulation";

    /// <inheritdoc/>
    public string Orchestrator => SimulationOrchestrator.Name;

    /// <inheritdoc/>
    public Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken) => CheckAsync(spec, cancellationToken);

    /// <inheritdoc/>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var read = await CheckAsync(spec, cancellationToken);
        var supersteps = read.Plan.Supersteps;
        var outputs = supersteps / read.Outputs.Every + 1;
        var stage = new PlanStage("simulate", [], read.Hosts, 0, 0, 0,
        [
            $"{read.Ranks:N0} ranks on {read.Hosts:N0} {(read.Hosts == 1 ? "host, messages in memory" : "hosts, messages between them through blobs")}",
            $"{supersteps:N0} supersteps{(read.InnerSteps == 1 ? "" : $" of {read.InnerSteps} inner steps")}",
            read.Checkpoints.Supersteps is { } every ? $"a checkpoint every {every:N0} supersteps" : $"a checkpoint about every {read.Checkpoints.Seconds:0.#} s",
            $"{outputs:N0} outputs: figures{(read.Outputs.Fields ? ", fields as Parquet" : "")}{(read.Outputs.Images ? ", images and an animation" : "")}",
        ]);
        return new JobPlan(spec.Kind, spec.Name, $"{read.Program}: {read.Ranks:N0} ranks take {supersteps:N0} supersteps on {read.Hosts:N0} {(read.Hosts == 1 ? "host" : "hosts")}.", [stage], [], read.Plan.Notes);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> InputDatasets(JobSpec spec) => [];

    /// <inheritdoc/>
    public string? OutputDataset(JobSpec spec) => null;

    /// <inheritdoc/>
    public DataUse Use(JobSpec spec, string by)
    {
        var inputs = new List<string>();
        // A parameter may name a file in a dataset's folder; one that names none is for the program to say.
        if (spec.Document.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object)
        {
            inputs.AddRange(parameters.EnumerateObject()
                .Where(parameter => parameter.Value.ValueKind == JsonValueKind.String && parameter.Value.GetString()!.IndexOf('/', StringComparison.Ordinal) > 0)
                .Select(parameter => DataUse.Dataset(parameter.Value.GetString()!.Split('/')[0])));
        }
        if (spec.Document.TryGetProperty("from", out var from) && from.ValueKind == JsonValueKind.String)
            inputs.Add(DataUse.Result(from.GetString()!));
        return new DataUse(by, inputs, []);
    }

    private async Task<SimulationSpec> CheckAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var read = await engine.ReadAsync(spec, cancellationToken);
        return await engine.FaultOfStartAsync(read, cancellationToken) is { } fault ? throw new SpecException("/from", fault) : read;
    }
}
