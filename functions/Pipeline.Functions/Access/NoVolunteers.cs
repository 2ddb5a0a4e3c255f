namespace Pipeline.Access;

/// <summary>The volunteers of an app that has none.</summary>
internal sealed class NoVolunteers : IVolunteerTokens
{
    public Task<string?> FindAsync(string token, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}
