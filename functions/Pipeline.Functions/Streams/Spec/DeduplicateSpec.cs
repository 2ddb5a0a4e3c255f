namespace Pipeline.Streams;

/// <summary>How events that their senders repeat are recognised.</summary>
/// <param name="By">The columns that tell events apart.</param>
/// <param name="Within">For how long of event time an event is remembered.</param>
public sealed record DeduplicateSpec(IReadOnlyList<string> By, TimeSpan Within);
