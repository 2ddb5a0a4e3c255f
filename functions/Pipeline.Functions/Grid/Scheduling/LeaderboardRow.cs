namespace Pipeline.Grid.Scheduling;

/// <summary>A volunteer's place.</summary>
/// <param name="Rank">The place, from 1.</param>
/// <param name="VolunteerId">The volunteer.</param>
/// <param name="Credit">Credit granted for validated work.</param>
/// <param name="ValidResults">Valid results.</param>
/// <param name="Hosts">Hosts.</param>
public sealed record LeaderboardRow(int Rank, string VolunteerId, double Credit, long ValidResults, int Hosts);
