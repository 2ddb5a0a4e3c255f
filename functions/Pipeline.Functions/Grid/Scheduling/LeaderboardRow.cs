namespace Pipeline.Grid.Scheduling;

/// <summary>A volunteer's place.</summary>
/// <param name="Rank">The place, from 1.</param>
/// <param name="VolunteerId">The volunteer.</param>
/// <param name="Name">What the volunteer wants to be called; the scheduler knows the id only.</param>
/// <param name="Credit">Credit granted for validated work.</param>
/// <param name="ValidResults">Valid results.</param>
/// <param name="Hosts">Hosts.</param>
public sealed record LeaderboardRow(int Rank, string VolunteerId, string Name, double Credit, long ValidResults, int Hosts);
