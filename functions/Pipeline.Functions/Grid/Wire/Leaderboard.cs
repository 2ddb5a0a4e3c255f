using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>The volunteers with the most credit.</summary>
/// <param name="Rows">The best first.</param>
public sealed record Leaderboard(IReadOnlyList<LeaderboardRow> Rows);
