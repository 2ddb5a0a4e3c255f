using System.Buffers.Text;
using System.Security.Cryptography;
using Pipeline.Grid.Wire;

namespace Pipeline.Grid.Volunteers;

/// <summary>What a volunteer or a host proves itself with: <c>KIND.ID.SECRET</c>, whose secret is 256 random bits in base64url. The app
/// keeps the secret's SHA-256 only; with that many bits, nothing slower is needed.</summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Id">The volunteer or the host.</param>
/// <param name="Hash">SHA-256 of the secret.</param>
internal sealed record GridToken(char Kind, string Id, byte[] Hash)
{
    public const char Volunteer = 'v';

    public const char Host = 'h';

    private const int SecretBytes = 32;
    private const int IdLength = 20;

    /// <summary>Stands for what is not a token: it is nobody's.</summary>
    public static GridToken Nobody { get; } = new('\0', "", []);

    /// <summary>Makes an id and a token for it.</summary>
    /// <returns>The token's text, to be shown once, and what to keep of it.</returns>
    public static (string Text, GridToken Token) Create(char kind)
    {
        var id = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", IdLength);
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        return ($"{kind}.{id}.{Base64Url.EncodeToString(secret)}", new GridToken(kind, id, SHA256.HashData(secret)));
    }

    /// <summary>Reads a token; null where it is not of the form, which costs no look into the store.</summary>
    public static GridToken? Parse(string? text)
    {
        if (text is not { Length: <= 100 } || text.Split('.') is not [[Volunteer or Host] kind, { Length: IdLength } id, { Length: 43 } secret] || !GridNames.IsId(id))
            return null;
        var bytes = new byte[SecretBytes];
        return Base64Url.TryDecodeFromChars(secret, bytes, out var length) && length == SecretBytes
            ? new GridToken(kind[0], id, SHA256.HashData(bytes))
            : null;
    }

    /// <summary>Whether this is the token whose hash was kept; takes the same time for every wrong one.</summary>
    public bool Matches(string keptHash) => CryptographicOperations.FixedTimeEquals(Hash, Convert.FromHexString(keptHash));
}
