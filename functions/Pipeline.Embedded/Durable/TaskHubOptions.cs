namespace Pipeline.Embedded.Durable;

/// <summary>How a task hub works.</summary>
internal sealed record TaskHubOptions
{
    /// <summary>The database file. Its folder is made if need be; one process at a time may use it.</summary>
    public required string Path { get; init; }

    /// <summary>The name that clients show.</summary>
    public string Name { get; init; } = "Pipeline";

    /// <summary>
    /// How many activities run at once. The default, four a core and at least eight, lets those that wait for I/O overlap.
    /// </summary>
    public int MaxConcurrentActivities { get; init; } = Math.Max(8, 4 * Environment.ProcessorCount);

    /// <summary>
    /// How many orchestrations stay in memory between events. The others are rebuilt from their history when something arrives.
    /// Default 10,000.
    /// </summary>
    public int MaxLiveOrchestrations { get; init; } = 10_000;

    /// <summary>The version of orchestrations whose starter names none. Default none.</summary>
    public string DefaultVersion { get; init; } = string.Empty;

    /// <summary>
    /// Whether orchestrations of a later version than <see cref="DefaultVersion"/> wait until code of their version is back, as
    /// host.json's <c>versionMatchStrategy</c> CurrentOrOlder has it: what this code does not know it could only break. Default false.
    /// </summary>
    public bool LeavesLaterVersions { get; init; }

    /// <summary>Whether this code takes up orchestrations of a version. Versions compare by their numbers, where they are such.</summary>
    public bool TakesUp(string version) => !LeavesLaterVersions || version.Length == 0
        || (Version.TryParse(version, out var theirs) && Version.TryParse(DefaultVersion, out var ours)
            ? theirs <= ours
            : string.CompareOrdinal(version, DefaultVersion) <= 0);

    /// <summary>The largest input or output of an orchestration or activity, in bytes of JSON. Default 48 KiB.</summary>
    public int MaxPayloadBytes { get; init; } = 48 * 1024;

    /// <summary>
    /// For tests: every orchestration that ends is replayed from its stored history first, and fails with a
    /// NonDeterministicOrchestrationException if it does anything else than it did. Default false.
    /// </summary>
    public bool VerifyReplay { get; init; }

    /// <summary>The clock of timers and timestamps.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
