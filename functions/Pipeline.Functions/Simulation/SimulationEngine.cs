using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation.Running;
using Pipeline.Simulation.Spec;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>Does the work of the tasks of a simulation.</summary>
public sealed class SimulationEngine
{
    private readonly Lazy<JobService> _jobs;
    private readonly IReadOnlyList<ProgramDefinition> _programs;
    private readonly IObjectStore _store;
    private readonly CheckpointStore _checkpoints;
    private readonly LegRunner _legs;
    private readonly Publisher _publisher;
    private readonly FigureReader _figures;

    // Of the job that was at work last: a program may have a matrix of a gigabyte in its plan, to be read once.
    private KnownSpec? _spec;

    // Lazy: the service of all jobs knows the kinds of jobs, and this is behind one of them.
    internal SimulationEngine(Lazy<JobService> jobs, IEnumerable<ProgramDefinition> programs, IObjectStore store, CheckpointStore checkpoints, LegRunner legs, Publisher publisher, FigureReader figures)
    {
        (_jobs, _programs, _store, _checkpoints, _legs, _publisher, _figures) = (jobs, [.. programs], store, checkpoints, legs, publisher, figures);
    }

    /// <summary>Checks the spec, notes the versions of the files that it names, and copies the checkpoint that the job goes on from, so
    /// that it is the job's own.</summary>
    /// <exception cref="SpecException">The spec no longer holds.</exception>
    public async Task<SimulationShape> PrepareAsync(SimulationRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var inputs = new ProgramInputs(_store);
        var spec = await ReadAsync(run, inputs, cancellationToken);
        await _store.WriteAsync(SimulationFiles.Inputs(run.JobId, run.Run), JsonSerializer.SerializeToUtf8Bytes(inputs.Opened, Responses.Json), cancellationToken);
        await LastRun.NoteAsync(_store, run.JobId, run.Run, cancellationToken);
        var start = 0L;
        if (spec.From is { } from)
            start = await CopyCheckpointAsync(run, spec, from, cancellationToken);
        return new SimulationShape(spec.Hosts, start, spec.Plan.Supersteps, spec.Checkpoints.Supersteps, spec.Checkpoints.Seconds, spec.Outputs.Every, spec.Plan.TimeUnit);
    }

    /// <summary>Computes a leg on this host.</summary>
    public async Task<LegReport> RunAsync(LegTask leg, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leg);
        return await _legs.RunAsync(await SpecOfAsync(leg.JobId, leg.Run, cancellationToken), leg, cancellationToken);
    }

    /// <summary>Publishes the outputs of a leg.</summary>
    public async Task<PublishReport> PublishAsync(PublishTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return await _publisher.PublishAsync(await SpecOfAsync(task.JobId, task.Run, cancellationToken), task, cancellationToken);
    }

    /// <summary>Finds an image of a job: the last run's.</summary>
    /// <returns>Its path in the container of results; null where there is none of that number.</returns>
    public Task<string?> FindFrameAsync(string jobId, int number, CancellationToken cancellationToken) => _publisher.FindFrameAsync(jobId, number, cancellationToken);

    /// <summary>What a job has put out after a superstep; -1 for all.</summary>
    public Task<SimulationFigures> ReadFiguresAsync(string jobId, long after, CancellationToken cancellationToken) => _figures.ReadAsync(jobId, after, cancellationToken);

    internal Task<SimulationSpec> ReadAsync(JobSpec spec, CancellationToken cancellationToken) => SimulationSpec.ReadAsync(spec, _programs, new ProgramInputs(_store), cancellationToken);

    internal async Task<string?> FaultOfStartAsync(SimulationSpec spec, CancellationToken cancellationToken)
    {
        if (spec.From is not { } from)
            return null;
        if (await _checkpoints.LastAsync(from, cancellationToken) is not { } last)
            return $"Job '{from}' has no checkpoint to go on from.";
        if (last.Program != spec.Program)
            return $"Job '{from}' runs the program '{last.Program}', not '{spec.Program}'.";
        var step = last.Superstep * last.InnerSteps;
        if (step % spec.InnerSteps != 0)
            return $"The checkpoint of job '{from}' is of step {step}, which {spec.InnerSteps} inner steps do not divide.";
        return step >= spec.Plan.Supersteps * spec.InnerSteps ? $"Job '{from}' has come to step {step} already, and this one ends there or before. Take more steps." : null;
    }

    private async Task<long> CopyCheckpointAsync(SimulationRun run, SimulationSpec spec, string from, CancellationToken cancellationToken)
    {
        if (await FaultOfStartAsync(spec, cancellationToken) is { } fault)
            throw new SpecException("/from", fault);
        var last = (await _checkpoints.LastAsync(from, cancellationToken))!;
        try
        {
            var snapshot = await _checkpoints.ReadAsync(from, last.Run, last.Superstep, cancellationToken);
            snapshot.Superstep = last.Superstep * last.InnerSteps / spec.InnerSteps;
            await _checkpoints.WriteAsync(run.JobId, run.Run, snapshot.Superstep, 0, 1, snapshot, cancellationToken);
            return snapshot.Superstep;
        }
        catch (LostException e)
        {
            throw new SpecException("/from", e.Message);
        }
    }

    private async Task<SimulationSpec> SpecOfAsync(string jobId, string run, CancellationToken cancellationToken)
    {
        var at = new SimulationRun(jobId, run);
        if (_spec is { } known && known.Run == at)
            return known.Spec;
        var noted = await _store.TryReadAsync(SimulationFiles.Inputs(jobId, run), cancellationToken);
        return await ReadAsync(at, new ProgramInputs(_store, noted is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(noted, Responses.Json)), cancellationToken);
    }

    private async Task<SimulationSpec> ReadAsync(SimulationRun run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        var spec = await SimulationSpec.ReadAsync(await _jobs.Value.ReadSpecAsync(run.JobId, cancellationToken), _programs, inputs, cancellationToken);
        _spec = new KnownSpec(run, spec);
        return spec;
    }

    private sealed record KnownSpec(SimulationRun Run, SimulationSpec Spec);
}
