namespace Pipeline.Streams;

/// <summary>
/// How events that their senders repeat are recognised: such an event has the key of one that was kept, and a time less than <paramref name="Within"/> away from
/// it. Only events of one partition are compared; a sender that repeats an event with the same partition key sends it to the same partition.
/// </summary>
/// <param name="By">The columns that tell events apart.</param>
/// <param name="Within">For how long of event time an event is remembered.</param>
public sealed record DeduplicateSpec(IReadOnlyList<string> By, TimeSpan Within);
