namespace Pipeline.Grid.Scheduling;

/// <summary>Names a machine of a volunteer.</summary>
/// <param name="VolunteerId">The volunteer.</param>
/// <param name="HostId">The machine; unique over all volunteers.</param>
public sealed record HostKey(string VolunteerId, string HostId);
