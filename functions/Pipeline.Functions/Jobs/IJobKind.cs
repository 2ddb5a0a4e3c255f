using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>What a scenario's room tells about its kind of job, so that <see cref="JobService"/> can handle all kinds alike.</summary>
public interface IJobKind
{
    /// <summary>The word in a spec's <c>kind</c>.</summary>
    string Kind { get; }

    /// <summary>The function name of the orchestrator, which takes a <see cref="JobInput"/> and returns a <see cref="JobOutput"/>.</summary>
    string Orchestrator { get; }

    /// <summary>Checks a spec against its rules and the data that it names.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken);

    /// <summary>Tells how the job would run, without running it.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken);

    /// <summary>The datasets that the spec reads.</summary>
    IReadOnlyList<string> InputDatasets(JobSpec spec);

    /// <summary>The dataset that the spec writes; null if it writes none.</summary>
    string? OutputDataset(JobSpec spec);

    /// <summary>All data that the spec reads and writes, models too, for the rules about data.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="by">Whose it is.</param>
    DataUse Use(JobSpec spec, string by) =>
        new(by, [.. InputDatasets(spec).Select(DataUse.Dataset)], OutputDataset(spec) is { } output ? [DataUse.Dataset(output)] : []);
}
