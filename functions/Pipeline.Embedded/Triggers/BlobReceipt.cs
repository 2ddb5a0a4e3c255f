namespace Pipeline.Embedded.Triggers;

/// <summary>How far a function has come with one version of an object.</summary>
/// <param name="ETag">The version.</param>
/// <param name="Attempts">How many times it was begun.</param>
/// <param name="Done">Whether it is over, by success or by giving up.</param>
internal sealed record BlobReceipt(string ETag, int Attempts, bool Done);
