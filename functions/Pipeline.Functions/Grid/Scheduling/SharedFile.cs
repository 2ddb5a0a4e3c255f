namespace Pipeline.Grid.Scheduling;

/// <summary>A file that many work units read.</summary>
/// <param name="Name">What the application calls it.</param>
/// <param name="Path">Where it lies in the container <c>grid</c>.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Sha256">Its SHA-256, in lower-case hexadecimal.</param>
public sealed record SharedFile(string Name, string Path, long Length, string Sha256);
