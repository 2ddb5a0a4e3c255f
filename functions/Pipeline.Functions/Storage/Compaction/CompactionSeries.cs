namespace Pipeline.Storage;

/// <summary>Files that may become one, because one writer wrote them and will not write them again.</summary>
/// <param name="Name">The series; the name of the compacted file begins with it.</param>
/// <param name="Tag">What the writer wants to know of these files when it considers to take a compacted file apart.</param>
public sealed record CompactionSeries(string Name, string Tag);
