using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Streams;

/// <summary>Which addresses a webhook may have. What stands in a spec may come from a stranger, and this app stands where strangers
/// cannot reach: it must not be led to the doors behind it.</summary>
/// <param name="hosts">Names and addresses that may lead to this machine or into a private network.</param>
internal sealed class WebhookAddresses(params IEnumerable<string> hosts)
{
    /// <summary>The setting with those names, separated by commas.</summary>
    public const string Setting = "PipelineWebhookHosts";

    private const int LongestAddress = 2_000;

    // What belongs to the network or the platform itself, such as the machines' services for metadata and credentials. No setting
    // opens these.
    private static readonly IPNetwork[] s_platform = Networks(
        "0.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "100.100.100.200/32", "224.0.0.0/4", "240.0.0.0/4", "fd00:ec2::254/128");

    private static readonly IPNetwork[] s_private = Networks(
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "::1/128", "fc00::/7");

    // All that the public internet uses of IPv6 begins with 2 or 3. Of that, what carries an IPv4 address within it (Teredo, 6to4) and
    // what is for protocols and examples is no receiver either.
    private static readonly IPNetwork s_public6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] s_special6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private readonly FrozenSet<string> _hosts = hosts.Select(host => host.Trim().Trim('[', ']')).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>As the app's settings say.</summary>
    public static WebhookAddresses Read(IConfiguration configuration) =>
        new((configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Reads an address.</summary>
    /// <param name="text">What the spec says.</param>
    /// <param name="url">The address.</param>
    /// <param name="fault">What is wrong with it.</param>
    public bool TryRead(string text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? fault)
    {
        fault = text.Length > LongestAddress || !Uri.TryCreate(text, UriKind.Absolute, out url) || url.Scheme is not ("https" or "http") ? "It is not an address such as https://example.net/hook."
            : url.IsLoopback && !IsNamed(url) ? Unnamed(url, "this machine")
            : url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback ? "A webhook is called with https, so that nobody on the way reads or changes it; http is for this machine (http://localhost) only."
            : url.UserInfo.Length > 0 ? "An address with a name and password in it would show them to everybody who sees the spec. The signature tells the receiver who calls."
            : url.Fragment.Length > 0 ? "What follows '#' is never sent. Leave it out."
            : IPAddress.TryParse(url.DnsSafeHost, out var address) ? Fault(address, url)
            : null;
        url = fault is null ? new Uri(text) : null;
        return fault is null;
    }

    /// <summary>Why an address may not be called; null where it may.</summary>
    /// <param name="address">What the name has led to.</param>
    /// <param name="url">The address in the spec.</param>
    public string? Fault(IPAddress address, Uri url)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (s_platform.Any(network => network.Contains(address)))
            return OfThePlatform(url, address);
        if (s_private.Any(network => network.Contains(address)))
            return IsNamed(url) ? null : Unnamed(url, IPAddress.IsLoopback(address) ? $"{address}, this machine" : $"{address}, an address of a private network");
        return address.AddressFamily == AddressFamily.InterNetworkV6 && (!s_public6.Contains(address) || s_special6.Any(network => network.Contains(address)))
            ? OfThePlatform(url, address)
            : null;
    }

    private bool IsNamed(Uri url) => _hosts.Contains(url.DnsSafeHost);

    private static string Unnamed(Uri url, string what) =>
        $"{url.Host} is {what}, where a webhook may lead only if the app's setting {Setting} names {url.DnsSafeHost}.";

    private static string OfThePlatform(Uri url, IPAddress address) => $"{url.Host} is {address}, an address of the network or the platform itself, not of a receiver.";

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
