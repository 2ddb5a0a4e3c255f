namespace Pipeline.Storage;

/// <summary>When files are worth to be compacted, and how.</summary>
public sealed record CompactionOptions
{
    /// <summary>How many small files a folder must have of a series. Default 16.</summary>
    public int MinFiles { get; init; } = 16;

    /// <summary>How large a compacted file becomes, in bytes of Parquet; a file of half this size is not small any more. Default 128 MiB.</summary>
    public long TargetBytes { get; init; } = 128L << 20;

    /// <summary>How many files become one at most. Default 2,000.</summary>
    public int MaxFiles { get; init; } = 2_000;

    /// <summary>How many files one compaction writes at most. Default 256.</summary>
    public int MaxTargets { get; init; } = 256;

    /// <summary>How long replaced files stay for the jobs that were planned on them. Default one hour.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(1);
}
