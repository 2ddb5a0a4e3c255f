namespace Pipeline.Jobs;

/// <summary>How long one task of a job took.</summary>
/// <param name="Task">The task, for instance <c>scan 1/3</c>.</param>
/// <param name="Milliseconds">From its first read to its last write.</param>
/// <param name="RowsRead">Rows that it read.</param>
/// <param name="BytesRead">Bytes of storage that it read.</param>
public sealed record TaskTiming(string Task, long Milliseconds, long RowsRead, long BytesRead);
