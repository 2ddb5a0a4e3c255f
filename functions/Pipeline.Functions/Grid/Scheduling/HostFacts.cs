namespace Pipeline.Grid.Scheduling;

/// <summary>What a host says of itself. None of it is trusted beyond the choice of its work.</summary>
/// <param name="Cores">Processors that it offers.</param>
/// <param name="MemoryBytes">Memory that it offers.</param>
/// <param name="DiskBytes">Disk space that it offers.</param>
/// <param name="FlopsPerSecond">Floating-point operations a second of one processor, by its own benchmark.</param>
/// <param name="Platform">Operating system and processor, for instance <c>linux-x64</c>.</param>
/// <param name="ClientVersion">The version of the client.</param>
public sealed record HostFacts(int Cores, long MemoryBytes, long DiskBytes, double FlopsPerSecond, string Platform, string ClientVersion);
