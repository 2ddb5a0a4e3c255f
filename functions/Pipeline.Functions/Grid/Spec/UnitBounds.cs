using Pipeline.Jobs;

namespace Pipeline.Grid.Spec;

/// <summary>What a work unit takes, where the spec knows better than the application's estimate. Hosts that have less do not get it.</summary>
/// <param name="Flops">Floating-point operations; null for the application's estimate.</param>
/// <param name="MemoryBytes">Memory at most; null likewise.</param>
/// <param name="DiskBytes">Disk space at most; null likewise.</param>
public sealed record UnitBounds(double? Flops, long? MemoryBytes, long? DiskBytes)
{
    internal static UnitBounds Read(SpecReader reader) =>
        new(reader.Number("flopsBound", 1, 1e24, about: "Floating-point operations of a unit; the application's estimate where it is absent."), reader.Size("memoryBound", 1, 1L << 44, "Memory that a unit takes; the application's estimate where it is absent."), reader.Size("diskBound", 1, 1L << 50, "Disk space that a unit takes; the application's estimate where it is absent."));
}
