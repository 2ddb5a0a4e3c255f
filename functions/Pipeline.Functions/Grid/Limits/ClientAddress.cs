using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Grid.Limits;

/// <summary>Tells callers apart by address: an IPv4 address, or the /64 network that an IPv6 caller has to itself.</summary>
internal static class ClientAddress
{
    public const string Forwarded = "X-Forwarded-For";

    /// <param name="http">The request.</param>
    /// <param name="behindAzure">Whether the last hop of X-Forwarded-For is the platform's word; elsewhere the header is the caller's own.</param>
    public static string Of(HttpContext http, bool behindAzure)
    {
        if (behindAzure && http.Request.Headers[Forwarded].ToString() is { Length: > 0 } hops)
        {
            // The front end adds the address that it sees behind whatever the caller wrote.
            var last = hops.AsSpan(hops.LastIndexOf(',') + 1).Trim();
            if (IPEndPoint.TryParse(last, out var endpoint))
                return Of(endpoint.Address);
        }
        return http.Connection.RemoteIpAddress is { } address ? Of(address) : "unknown";
    }

    private static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexString(bytes[..8])}/64");
    }
}
