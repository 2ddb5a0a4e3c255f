using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Proves shared access signatures: who holds the key signs a resource and an expiry with it.</summary>
internal sealed class SharedAccessTokens
{
    private const string Scheme = "SharedAccessSignature ";
    private const int LongestToken = 4096;

    private readonly string _keyName;
    private readonly byte[] _key;
    private readonly TimeProvider _time;

    /// <summary>Takes the key.</summary>
    public SharedAccessTokens(string keyName, string key, TimeProvider time)
    {
        _keyName = keyName;
        _key = Encoding.UTF8.GetBytes(key);
        _time = time;
    }

    /// <summary>What a token opens, and until when; or why it opens nothing.</summary>
    /// <param name="token">As clients put it: <c>SharedAccessSignature sr=...&amp;sig=...&amp;se=...&amp;skn=...</c>.</param>
    /// <param name="claim">The claim; of no meaning where false is returned.</param>
    /// <param name="fault">What is wrong with the token; empty where true is returned.</param>
    public bool TryProve(string token, out SharedAccessClaim claim, out string fault)
    {
        claim = default;
        if (token.Length > LongestToken || !token.StartsWith(Scheme, StringComparison.Ordinal))
        {
            fault = "The token is no shared access signature.";
            return false;
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in token[Scheme.Length..].Split('&'))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) parts[part[..at]] = part[(at + 1)..];
        }

        if (!parts.TryGetValue("sr", out var resource) || !parts.TryGetValue("sig", out var signature)
            || !parts.TryGetValue("se", out var expiry) || !parts.TryGetValue("skn", out var name)
            || !long.TryParse(expiry, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            fault = "The shared access signature lacks sr, sig, se or skn, or its expiry is no number.";
            return false;
        }

        // The name is proved with the signature, so that an answer does not tell which of them was right.
        var signed = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        Span<byte> given = stackalloc byte[signed.Length];
        var isBase64 = Convert.TryFromBase64String(Uri.UnescapeDataString(signature), given, out var length) && length == signed.Length;
        if (!(CryptographicOperations.FixedTimeEquals(given, signed) & isBase64 & Uri.UnescapeDataString(name) == _keyName))
        {
            fault = $"The shared access signature is not made with the key '{_keyName}' of this endpoint. Take the connection string that the endpoint shows at its start.";
            return false;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (expiresAt <= _time.GetUtcNow())
        {
            fault = $"The shared access signature has expired at {expiresAt:u}.";
            return false;
        }

        claim = new SharedAccessClaim(PathOf(Uri.UnescapeDataString(resource)), expiresAt);
        fault = "";
        return true;
    }

    private static string PathOf(string resource)
    {
        var host = resource.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0;
        return resource.IndexOf('/', host) is var slash and >= 0 ? resource[slash..].Trim('/') : "";
    }
}
