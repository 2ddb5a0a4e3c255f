namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>How a partition keeps its events.</summary>
internal sealed record LogOptions
{
    /// <summary>Events older than this are deleted, a file at a time: up to an eighth longer is kept. Default 7 days.</summary>
    public TimeSpan RetentionTime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The oldest files are deleted while a partition takes more bytes than this. Default 4 GiB.</summary>
    public long RetentionBytes { get; init; } = 4L << 30;

    /// <summary>A file that has reached this many bytes is followed by a new one. Default 64 MiB.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>What is written and made safe in one go, in bytes, unless one append is larger. Default 4 MiB.</summary>
    public int CommitBytes { get; init; } = 4 << 20;

    /// <summary>The bytes that readers take at once, unless one commit is larger. Default 256 KiB.</summary>
    public int ReadBytes { get; init; } = 256 << 10;
}
