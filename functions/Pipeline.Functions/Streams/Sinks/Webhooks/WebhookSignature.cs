using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Streams;

/// <summary>
/// How a receiver knows that a call is genuine and recent: the header <c>Pipeline-Signature: t=TIME,v1=HEX</c>, where TIME is in seconds
/// since 1970 and HEX is HMAC-SHA256, with the shared secret as key, of <c>TIME.BODY</c>.
/// </summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string Header = "Pipeline-Signature";

    /// <summary>The header's value.</summary>
    /// <param name="secret">The shared secret.</param>
    /// <param name="at">When the call is made.</param>
    /// <param name="body">The body, byte for byte.</param>
    public static string Of(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(time + "."));
        hmac.AppendData(body);
        return $"t={time},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }

    /// <summary>Whether a header fits its body and is no older or newer than <paramref name="tolerance"/>; what a receiver does.</summary>
    public static bool IsValid(string? header, string secret, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        if (header is null || !header.StartsWith("t=", StringComparison.Ordinal)
            || !long.TryParse(header.AsSpan(2, Math.Max(0, header.IndexOf(',', StringComparison.Ordinal) - 2)), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > tolerance.TotalSeconds)
            return false;
        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(Of(secret, DateTimeOffset.FromUnixTimeSeconds(seconds), body)));
    }
}
