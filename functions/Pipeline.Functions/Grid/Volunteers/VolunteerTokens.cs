using Pipeline.Access;

namespace Pipeline.Grid.Volunteers;

/// <summary>Tells the app's access rules whose a token is: a volunteer's own, or one of a host.</summary>
internal sealed class VolunteerTokens(VolunteerRegistry registry) : IVolunteerTokens
{
    public async Task<string?> FindAsync(string token, CancellationToken cancellationToken) => GridToken.Parse(token) switch
    {
        { Kind: GridToken.Volunteer } own => (await registry.VolunteerOfAsync(own, cancellationToken))?.VolunteerId,
        { } of => (await registry.HostOfAsync(of, cancellationToken))?.VolunteerId,
        null => null,
    };
}
