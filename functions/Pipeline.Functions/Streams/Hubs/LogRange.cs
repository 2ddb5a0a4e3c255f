namespace Pipeline.Streams;

/// <summary>How far a partition's log goes.</summary>
/// <param name="First">The first event that is still there.</param>
/// <param name="Last">The last one; one less than the first where the log is empty.</param>
/// <param name="LastEnqueued">When the hub took the last one.</param>
internal readonly record struct LogRange(long First, long Last, DateTimeOffset LastEnqueued);
