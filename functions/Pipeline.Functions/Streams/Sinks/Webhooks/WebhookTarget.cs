namespace Pipeline.Streams;

/// <summary>A receiver of calls.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Secret">The secret that calls are signed with; null signs none.</param>
internal sealed record WebhookTarget(Uri Url, string? Secret);
