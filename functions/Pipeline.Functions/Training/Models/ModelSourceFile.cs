namespace Pipeline.Training;

/// <summary>A file that a model was made of.</summary>
/// <param name="Path">Where it lay, as <c>container/path</c>.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Rows">How many rows were read.</param>
public sealed record ModelSourceFile(string Path, string ETag, long Rows);
