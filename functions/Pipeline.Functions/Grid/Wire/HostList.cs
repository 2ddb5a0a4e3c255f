using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>Hosts, for administration.</summary>
/// <param name="Hosts">Those with the most credit first.</param>
public sealed record HostList(IReadOnlyList<HostStatistics> Hosts);
