namespace Pipeline.Grid.Wire;

/// <summary>A volunteer's account.</summary>
/// <param name="VolunteerId">Names the volunteer.</param>
/// <param name="Token">Registers hosts. It is shown this once: the app keeps only its hash.</param>
public sealed record VolunteerAnswer(string VolunteerId, string Token);
