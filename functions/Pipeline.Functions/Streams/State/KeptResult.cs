namespace Pipeline.Streams;

/// <summary>Results that are kept for reading after they were published.</summary>
/// <param name="Commit">The commit that made them.</param>
/// <param name="Blob">Their Parquet file.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Windows">Whose rows these are, in the order of the rows; null where the query has no windows.</param>
internal sealed record KeptResult(long Commit, StateBlob Blob, long Rows, IReadOnlyList<OutputWindow>? Windows);
