using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Access;

/// <summary>Finds out who makes a request.</summary>
internal sealed class Callers(IConfiguration configuration, IVolunteerTokens volunteers)
{
    private const int LongestToken = 512;
    private const string Bearer = "Bearer ";

    private readonly AccessSettings _settings = AccessSettings.Read(configuration);

    /// <summary>Who it is; null where the request does not say, or not well enough.</summary>
    /// <param name="http">The request.</param>
    /// <param name="role">The role that it needs.</param>
    /// <param name="hostHasChecked">Whether the Functions host lets only requests with a valid key come as far as this.</param>
    public async Task<Caller?> FindAsync(HttpContext http, Role role, bool hostHasChecked)
    {
        if (role == Role.Volunteer)
        {
            return Token(http.Request) is { } token && await volunteers.FindAsync(token, http.RequestAborted) is { } id ? Caller.Volunteer(id) : null;
        }

        var byKey = RoleKeys.Find(_settings, Key(http.Request), hostHasChecked);
        if (!_settings.EntraIsOn)
            return byKey;
        var header = http.Request.Headers[ClientPrincipal.Header].ToString();
        if (header.Length == 0 && !_settings.EntraIsRequired)
            return byKey;
        // Both must let the caller in, and neither gives more than the other.
        return byKey is null || ClientPrincipal.Read(header) is not { } user ? null : user with { Role = (Role)Math.Min((int)user.Role, (int)byKey.Role) };
    }

    private static string? Key(HttpRequest request)
    {
        var header = request.Headers["x-functions-key"].ToString();
        if (header.Length > 0)
            return header;
        var code = request.Query["code"].LastOrDefault();
        return string.IsNullOrEmpty(code) ? null : code;
    }

    private static string? Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && header.AsSpan(Bearer.Length).Trim() is { Length: > 0 and <= LongestToken } token ? token.ToString() : null;
    }
}
