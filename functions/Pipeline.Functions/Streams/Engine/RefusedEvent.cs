namespace Pipeline.Streams;

/// <summary>An event over which the query failed, for instance in a cast.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Reason">What DuckDB said.</param>
public sealed record RefusedEvent(int Index, string Reason);
