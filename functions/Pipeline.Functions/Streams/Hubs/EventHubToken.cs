namespace Pipeline.Streams;

/// <summary>A token that opens a hub.</summary>
/// <param name="Text">The token.</param>
/// <param name="Audience">What it is for.</param>
/// <param name="ExpiresAt">Until when it holds.</param>
internal sealed record EventHubToken(string Text, string Audience, DateTimeOffset ExpiresAt);
