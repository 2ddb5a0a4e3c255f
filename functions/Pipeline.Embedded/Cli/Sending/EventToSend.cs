namespace Pipeline.Embedded.Cli.Sending;

/// <summary>An event before it is sent.</summary>
/// <param name="Body">Its body.</param>
/// <param name="Key">Its partition key; null for none.</param>
/// <param name="Time">When it happened, where somebody wants to know.</param>
internal readonly record struct EventToSend(ReadOnlyMemory<byte> Body, string? Key, DateTimeOffset? Time = null);
