namespace Pipeline.Grid.Units;

/// <summary>A work unit as it is registered.</summary>
/// <param name="Number">Its place in the job, from 0.</param>
/// <param name="Name">Its name within the job.</param>
/// <param name="InputSha256">SHA-256 of its input.</param>
/// <param name="Files">Which of the job's shared files it reads, by their places.</param>
/// <param name="Flops">Operations that it takes, estimated.</param>
/// <param name="MemoryBytes">Memory that it takes at most.</param>
/// <param name="DiskBytes">Disk space that it takes at most.</param>
internal sealed record UnitSetup(int Number, string Name, string InputSha256, IReadOnlyList<int> Files, double Flops, long MemoryBytes, long DiskBytes);
