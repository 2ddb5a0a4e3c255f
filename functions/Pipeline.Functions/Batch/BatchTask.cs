namespace Pipeline.Batch;

/// <summary>The share of a scan task.</summary>
/// <param name="Files">Files, or parts of them, in row order.</param>
/// <param name="Rows">How many rows they have, before filters.</param>
/// <param name="Bytes">How many bytes of storage the columns take that are read.</param>
public sealed record BatchTask(IReadOnlyList<BatchFile> Files, long Rows, long Bytes);
