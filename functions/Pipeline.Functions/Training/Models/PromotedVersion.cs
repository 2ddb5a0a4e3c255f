namespace Pipeline.Training;

/// <summary>Names the version that is used where none is asked for (<c>models/{name}/promoted.json</c>).</summary>
/// <param name="Version">The version.</param>
public sealed record PromotedVersion(int Version);
