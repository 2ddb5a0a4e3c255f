using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Pipeline.Streams;

/// <summary>Which addresses a webhook may have. What stands in a spec may come from a stranger, and this app stands where strangers
/// cannot reach: it must not be led to the doors behind it.</summary>
internal static class WebhookAddress
{
    private const int LongestAddress = 2_000;

    /// <summary>Reads an address.</summary>
    /// <param name="text">What the spec says.</param>
    /// <param name="url">The address.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? fault)
    {
        fault = !Uri.TryCreate(text, UriKind.Absolute, out url) || url.Scheme is not ("https" or "http") || text.Length > LongestAddress
                ? "It is not an address such as https://example.net/hook."
            : url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback ? "A webhook is called with https, so that nobody on the way reads or changes it; http is for this machine (http://localhost) only."
            : url.UserInfo.Length > 0 ? "An address with a name and password in it would show them to everybody who sees the spec. The signature tells the receiver who calls."
            : url.Fragment.Length > 0 ? "What follows '#' is never sent. Leave it out."
            : IPAddress.TryParse(url.DnsSafeHost, out var address) ? Fault(address, url)
            : null;
        return fault is null;
    }

    /// <summary>Why an address may not be called; null where it may.</summary>
    /// <param name="address">What the name has led to.</param>
    /// <param name="url">The address in the spec.</param>
    public static string? Fault(IPAddress address, Uri url)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return url.IsLoopback ? null : $"{url.Host} is {address}, this machine, but does not say so. Write localhost if it is meant.";
        var bytes = address.GetAddressBytes();
        var reserved = bytes.Length == 4
            ? bytes[0] == 0 || bytes[0] >= 224 || (bytes[0], bytes[1]) is (169, 254) || address.Equals(s_azure) || address.Equals(s_alibaba)
            : address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.IsIPv6SiteLocal || address.Equals(IPAddress.IPv6Any) || address.Equals(s_amazon) || IsTranslated(bytes);
        return reserved ? $"{url.Host} is {address}, an address of the network or the platform itself, not of a receiver." : null;
    }

    // The machines' own services for metadata and credentials that are not link-local.
    private static readonly IPAddress s_azure = IPAddress.Parse("168.63.129.16");
    private static readonly IPAddress s_alibaba = IPAddress.Parse("100.100.100.200");
    private static readonly IPAddress s_amazon = IPAddress.Parse("fd00:ec2::254");

    // NAT64, 6to4 and IPv4-compatible: an IPv4 address in the clothes of another.
    private static bool IsTranslated(byte[] bytes) =>
        bytes.AsSpan(0, 4).SequenceEqual((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b]) || (bytes[0], bytes[1]) is (0x20, 0x02) || bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0;
}
