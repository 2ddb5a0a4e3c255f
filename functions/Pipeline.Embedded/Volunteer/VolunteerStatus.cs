namespace Pipeline.Embedded.Volunteer;

/// <summary>How a client stands.</summary>
/// <param name="State">In a word or a few: what it is doing.</param>
/// <param name="Reported">Results that the server took.</param>
/// <param name="Failed">Tasks that ended without a result, or whose result the server did not take.</param>
/// <param name="Tasks">The tasks that it has.</param>
internal sealed record VolunteerStatus(string State, int Reported, int Failed, IReadOnlyList<TaskStatus> Tasks);
