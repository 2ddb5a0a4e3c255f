namespace Pipeline.Grid.Wire;

/// <summary>A person joins: the body of <c>POST /api/grid/volunteers</c>.</summary>
/// <param name="Name">What the leaderboard calls the volunteer: 1 to 50 characters.</param>
public sealed record VolunteerRequest(string Name);
