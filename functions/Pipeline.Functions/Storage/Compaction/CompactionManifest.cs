namespace Pipeline.Storage;

/// <summary>What a compacted file was made of, so that it can be taken apart again.</summary>
/// <param name="Series">The series of its sources.</param>
/// <param name="Tag">What their owner said of them when they were compacted.</param>
/// <param name="Sources">The files whose rows it holds, in the order of the rows.</param>
public sealed record CompactionManifest(string Series, string Tag, IReadOnlyList<CompactionManifest.Source> Sources)
{
    /// <summary>A file that went into the compacted one.</summary>
    /// <param name="Path">Its path in the container of datasets.</param>
    /// <param name="Rows">How many rows it had.</param>
    public sealed record Source(string Path, long Rows);
}
