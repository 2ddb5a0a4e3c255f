namespace Pipeline.Streams;

/// <summary>The surroundings of a <see cref="StreamTask"/>.</summary>
public sealed record StreamTaskOptions
{
    /// <summary>A folder of the task's own, for files in passing; it must exist.</summary>
    public required string Folder { get; init; }

    /// <summary>Further folders in which the task may read and write the files that it is given.</summary>
    public IReadOnlyList<string> OtherFolders { get; init; } = [];

    /// <summary>Memory for state and statements, in bytes; what is more goes to the disk. Default 1 GiB.</summary>
    public long MemoryLimitBytes { get; init; } = 1L << 30;

    /// <summary>Which events to drop because they came before; null for none.</summary>
    public DeduplicateSpec? Deduplicate { get; init; }
}
