namespace Pipeline.Embedded.Volunteer;

/// <summary>Who this client is, and whose work it trusts. One folder serves one project.</summary>
/// <param name="Url">The project's app.</param>
/// <param name="VolunteerId">The volunteer.</param>
/// <param name="VolunteerToken">Registers further hosts.</param>
/// <param name="HostId">This host; null until it is registered.</param>
/// <param name="HostToken">Opens what hosts may do; null until then.</param>
/// <param name="ProjectKey">The public key that was trusted when the host was registered; null until then.</param>
internal sealed record VolunteerIdentity(string Url, string VolunteerId, string VolunteerToken, string? HostId = null, string? HostToken = null, string? ProjectKey = null);
