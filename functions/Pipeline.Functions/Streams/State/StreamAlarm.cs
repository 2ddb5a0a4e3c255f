namespace Pipeline.Streams;

/// <summary>Something about a stream that somebody should look at.</summary>
/// <param name="Kind">What it is, in a word for programs: <c>state-full</c>, <c>sink-failing</c>, <c>events-lost</c>.</param>
/// <param name="Message">What happened and what to do.</param>
/// <param name="Since">Since when.</param>
public sealed record StreamAlarm(string Kind, string Message, DateTimeOffset Since);
