namespace Pipeline.Streams;

/// <summary>One call of a webhook.</summary>
/// <param name="Key">Says which call it is: a call that is made again has the same key, so that a receiver can tell.</param>
/// <param name="Body">JSON in UTF-8.</param>
internal sealed record WebhookCall(string Key, ReadOnlyMemory<byte> Body);
