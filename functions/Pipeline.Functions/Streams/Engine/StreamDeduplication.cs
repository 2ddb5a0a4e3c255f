namespace Pipeline.Streams;

/// <summary>
/// Which events are dropped because they came before: an event whose key equals that of one that was kept, and whose time is less than
/// <paramref name="Within"/> away from it. Looks at the events of one partition; a sender that repeats an event with the same
/// partition key sends it to the same partition.
/// </summary>
/// <param name="By">The columns of the key.</param>
/// <param name="Within">How far apart in time, in microseconds.</param>
public sealed record StreamDeduplication(IReadOnlyList<string> By, long Within);
