using System.Text.Json.Serialization;

namespace Pipeline.Storage;

/// <summary>
/// Which files of a dataset count: the one object that a compaction changes, and changes at once, when rows move from small files to
/// large ones. Its version tells a reader whether anything changed while it listed files.
/// </summary>
internal sealed record CompactionMarker
{
    public static readonly CompactionMarker None = new();

    /// <summary>How far the compaction is.</summary>
    public CompactionStage Stage { get; init; }

    /// <summary>Which compaction; null while none is under way.</summary>
    public string? Id { get; init; }

    /// <summary>When the large files began to count.</summary>
    public DateTimeOffset? SwitchedAt { get; init; }

    /// <summary>The files made by compactions that count. Others of such names are what a compaction left that was given up.</summary>
    public IReadOnlyList<string> Compacted { get; init; } = [];

    /// <summary>Ordinary files that do not count: their rows are in one of <see cref="Compacted"/>.</summary>
    public IReadOnlyList<string> Replaced { get; init; } = [];

    /// <summary>Of <see cref="Compacted"/>, those that are being taken apart.</summary>
    public IReadOnlyList<string> Expanded { get; init; } = [];

    [JsonIgnore]
    private HashSet<string> Live => field ??= new(Compacted, StringComparer.Ordinal);

    [JsonIgnore]
    private HashSet<string> Dead => field ??= new(Replaced, StringComparer.Ordinal);

    /// <summary>Whether a data file's rows are the dataset's.</summary>
    public bool Counts(string path) => CompactionFiles.IsCompacted(path) ? Live.Contains(path) : !Dead.Contains(path);
}
