using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>A machine joins, or what is known of it changes.</summary>
/// <param name="Facts">What it says of itself.</param>
public sealed record HostRequest(HostFacts Facts);
