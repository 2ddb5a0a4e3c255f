namespace Pipeline.Sql;

/// <summary>The bounds of a session.</summary>
public sealed record DuckDbSessionOptions
{
    /// <summary>Memory for DuckDB, in bytes. Default 1 GiB.</summary>
    public long MemoryLimitBytes { get; init; } = 1L << 30;

    /// <summary>Threads. Default 1: tasks run side by side, and one thread keeps the order of rows.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>A folder of the task's own where DuckDB may spill; null forbids spilling.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>The most that may be spilled, in bytes. Default 16 GiB.</summary>
    public long SpillLimitBytes { get; init; } = 16L << 30;

    /// <summary>How long one statement may run. Default: until cancelled.</summary>
    public TimeSpan? StatementTimeout { get; init; }

    /// <summary>How long an interrupted statement is waited for, before it is left behind: a vector of large values takes a second or two.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
