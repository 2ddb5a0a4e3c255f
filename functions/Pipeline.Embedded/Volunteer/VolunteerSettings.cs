namespace Pipeline.Embedded.Volunteer;

/// <summary>How a volunteer's client works.</summary>
/// <param name="Url">The project's app.</param>
/// <param name="Folder">Where the client keeps its account, inputs, checkpoints and results: a full path.</param>
internal sealed record VolunteerSettings(Uri Url, string Folder)
{
    /// <summary>What the leaderboard calls the volunteer.</summary>
    public string Name { get; init; } = "anonymous";

    /// <summary>Tasks at the same time.</summary>
    public int Tasks { get; init; } = 1;

    /// <summary>The share of each task's processor that is used, above 0 to 1.</summary>
    public double CpuShare { get; init; } = 1;

    /// <summary>While a file of this name exists, nothing is computed; null for none.</summary>
    public string? PauseFile { get; init; }

    /// <summary>The fingerprint that the project's key must have; null trusts the first that comes.</summary>
    public string? ProjectKey { get; init; }

    /// <summary>Leaves after so many results were reported; null never does.</summary>
    public int? Count { get; init; }

    /// <summary>Leaves when there is no more work.</summary>
    public bool UntilIdle { get; init; }

    /// <summary>Disk space, in bytes, that inputs, shared files and results may take.</summary>
    public long DiskBytes { get; init; } = 4L << 30;

    /// <summary>Bytes that the input of one task may have, which is read into memory.</summary>
    public long MaxInputBytes { get; init; } = 256L << 20;

    /// <summary>How often a running task is saved.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the server hears of running tasks.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request for work may wait at the server.</summary>
    public TimeSpan WorkWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest pause between attempts to reach a server that is away.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Seeds the jitter of pauses.</summary>
    public int Seed { get; init; } = Environment.ProcessId;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
