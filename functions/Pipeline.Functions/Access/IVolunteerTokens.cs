namespace Pipeline.Access;

/// <summary>Knows volunteers by the tokens that they were given.</summary>
public interface IVolunteerTokens
{
    /// <summary>The id of the volunteer whose token this is; null where it is nobody's, or no longer anybody's.</summary>
    /// <param name="token">What came behind <c>Authorization: Bearer</c>: untrusted, at most 512 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<string?> FindAsync(string token, CancellationToken cancellationToken);
}
