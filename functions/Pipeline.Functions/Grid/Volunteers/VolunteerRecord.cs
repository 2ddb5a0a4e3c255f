namespace Pipeline.Grid.Volunteers;

/// <summary>What is kept of a volunteer.</summary>
/// <param name="VolunteerId">The id.</param>
/// <param name="Name">What the leaderboard says.</param>
/// <param name="TokenSha256">Hash of the token's secret, in hexadecimal.</param>
/// <param name="RegisteredAt">When the volunteer came.</param>
internal sealed record VolunteerRecord(string VolunteerId, string Name, string TokenSha256, DateTimeOffset RegisteredAt);
