namespace Pipeline.Grid.Scheduling;

/// <summary>A version of an application.</summary>
/// <param name="Name">The application's name.</param>
/// <param name="Version">Its version, from 1.</param>
public sealed record ApplicationVersion(string Name, int Version);
