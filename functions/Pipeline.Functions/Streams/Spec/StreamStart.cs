namespace Pipeline.Streams;

/// <summary>Where in the log a stream begins. With nothing set it is the moment at which the stream was made.</summary>
/// <param name="Earliest">With the oldest event that the hub keeps.</param>
/// <param name="Time">With the events that the hub got at this time or later.</param>
/// <param name="After">With the events behind these sequence numbers, by partition; others begin with <paramref name="Time"/>.</param>
public sealed record StreamStart(bool Earliest = false, DateTimeOffset? Time = null, IReadOnlyDictionary<int, long>? After = null);
