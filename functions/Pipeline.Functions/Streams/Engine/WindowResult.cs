namespace Pipeline.Streams;

/// <summary>A window that is complete, or was complete before and has been corrected. It replaces what was given out for the same start and end.</summary>
/// <param name="Start">Its start, in microseconds since 1970-01-01 UTC.</param>
/// <param name="End">Its end, in microseconds since 1970-01-01 UTC.</param>
/// <param name="Revision">0 at first; each correction has a greater number than those before.</param>
/// <param name="FirstRow">The place of its first row among those of all windows that were closed with it.</param>
/// <param name="Rows">How many rows it has; a correction may leave none.</param>
public sealed record WindowResult(long Start, long End, long Revision, long FirstRow, long Rows);
