namespace Pipeline.Grid.Volunteers;

/// <summary>What is kept of a host beside what the scheduler knows.</summary>
/// <param name="HostId">The id.</param>
/// <param name="VolunteerId">Whose it is.</param>
/// <param name="TokenSha256">Hash of the token's secret, in hexadecimal.</param>
/// <param name="RegisteredAt">When it came.</param>
internal sealed record HostRecord(string HostId, string VolunteerId, string TokenSha256, DateTimeOffset RegisteredAt);
