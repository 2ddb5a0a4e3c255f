using System.Text.Json;

namespace Pipeline.Access;

/// <summary>Reads the header in which App Service authentication names the user who is signed in.</summary>
internal static class ClientPrincipal
{
    /// <summary>The header. Only where the platform authenticates does it also take what clients send under this name away.</summary>
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    private const int MostCharacters = 64 * 1024;
    private const string RolePrefix = "Pipeline.";

    private static readonly string[] s_roleClaims = ["roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"];
    private static readonly string[] s_nameClaims = ["preferred_username", "name", "appid", "azp", "http://schemas.microsoft.com/identity/claims/objectidentifier", "oid"];

    /// <summary>The user with the highest of the roles; null where the header is unreadable or gives none.</summary>
    public static Caller? Read(string header)
    {
        if (header.Length > MostCharacters)
            return null;
        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(header), new JsonDocumentOptions { MaxDepth = 8 });
            var claims = document.RootElement.GetProperty("claims").EnumerateArray()
                .Select(claim => (Type: claim.GetProperty("typ").GetString(), Value: claim.GetProperty("val").GetString() ?? ""))
                .ToList();
            var named = document.RootElement.TryGetProperty("role_typ", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
            var role = claims.Where(claim => s_roleClaims.Contains(claim.Type) || (named is not null && claim.Type == named)).Select(claim => RoleOf(claim.Value)).Max();
            var name = s_nameClaims.SelectMany(wanted => claims.Where(claim => claim.Type == wanted)).Select(claim => claim.Value).FirstOrDefault() ?? "?";
            return role is { } given ? new Caller(given, $"entra:{name}") : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Role? RoleOf(string value) => value switch
    {
        RolePrefix + nameof(Role.Reader) => Role.Reader,
        RolePrefix + nameof(Role.Submitter) => Role.Submitter,
        RolePrefix + nameof(Role.Operator) => Role.Operator,
        _ => null,
    };
}
