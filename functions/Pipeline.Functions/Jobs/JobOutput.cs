namespace Pipeline.Jobs;

/// <summary>What a completed job made.</summary>
/// <param name="Columns">The columns of the rows, with their SQL types.</param>
/// <param name="Container">The container that holds the files, for instance <c>results</c>.</param>
/// <param name="Files">Paths of the files in it, in row order; at most the first 100.</param>
/// <param name="FileCount">How many files there are.</param>
/// <param name="Rows">How many rows they hold.</param>
/// <param name="Bytes">How many bytes they hold.</param>
/// <param name="Statistics">Figures about the run, for instance <c>bytesRead</c> or <c>partialMs</c>.</param>
/// <param name="Artifacts">What else there is to look at, for instance pictures, as <c>container/path</c>; null for nothing.</param>
public sealed record JobOutput(
    IReadOnlyList<ResultColumn> Columns,
    string Container,
    IReadOnlyList<string> Files,
    int FileCount,
    long Rows,
    long Bytes,
    IReadOnlyDictionary<string, long> Statistics,
    IReadOnlyList<string>? Artifacts = null);
