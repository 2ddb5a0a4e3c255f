using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Jobs;

/// <summary>Short names derived from content, so that doing a thing twice gives it the same name.</summary>
internal static class Fingerprint
{
    /// <summary>96 bits of SHA-256 over the parts, as 24 hexadecimal digits.</summary>
    public static string Of(params IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]); // so that ("ab", "c") is not ("a", "bc")
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
    }
}
