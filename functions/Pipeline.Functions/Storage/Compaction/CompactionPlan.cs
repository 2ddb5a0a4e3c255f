namespace Pipeline.Storage;

/// <summary>What a compaction is going to do.</summary>
/// <param name="Targets">The files that it writes.</param>
internal sealed record CompactionPlan(IReadOnlyList<CompactionPlan.Target> Targets)
{
    /// <summary>One file that is made of several.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Tag">What the owner of the files wants to know of them later.</param>
    /// <param name="Sources">What it is made of, in this order.</param>
    internal sealed record Target(string Path, string Tag, IReadOnlyList<Source> Sources);

    /// <summary>A file at one version.</summary>
    internal sealed record Source(string Path, string ETag);
}
