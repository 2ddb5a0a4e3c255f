namespace Pipeline.Streams;

/// <summary>A model that scores a stream's rows before they go to the sinks.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Version">Its version; null for the one that is promoted, or the newest, when the stream is put.</param>
/// <param name="As">The column of its predictions.</param>
public sealed record ScoreSpec(string Model, int? Version, string As);
