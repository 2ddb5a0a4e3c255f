namespace Pipeline.Grid.Applications;

/// <summary>A work unit as the application's splitting makes it.</summary>
/// <param name="Name">Its name, one of a kind in the job: letters, digits, <c>-</c>, <c>_</c>.</param>
/// <param name="Input">What the client gets to compute on.</param>
/// <param name="SharedFiles">Objects of the container <c>datasets</c> that many units need: the client keeps them between units.</param>
/// <param name="Flops">About how many operations it takes, for deadlines and credit.</param>
/// <param name="MemoryBytes">The most memory that it takes, in bytes.</param>
/// <param name="DiskBytes">The most disk that it takes, in bytes, shared files included.</param>
public sealed record UnitDraft(string Name, ReadOnlyMemory<byte> Input, IReadOnlyList<string> SharedFiles, double Flops, long MemoryBytes, long DiskBytes);
