using Microsoft.AspNetCore.Http;

namespace Pipeline.Grid.Limits;

/// <summary>Keeps what strangers ask of one instance within bounds: rates an address and a host, and what is in hand at once. The memory
/// that it takes is fixed.</summary>
public sealed class GridLimits(GridLimitSettings settings, TimeProvider time)
{
    private const double Burst = 10;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private readonly TokenBuckets _addresses = new(settings.RequestsPerSecondOfAddress, Math.Max(1, settings.RequestsPerSecondOfAddress * Burst), time);
    private readonly TokenBuckets _hosts = new(settings.RequestsPerSecondOfHost, Math.Max(1, settings.RequestsPerSecondOfHost * Burst), time);
    private readonly TokenBuckets _registrations = new(settings.RegistrationsPerMinute / 60, Math.Max(1, settings.RegistrationsPerMinute * Burst), time);
    private readonly Slots _requests = new(settings.RequestsAtOnce, settings.RequestsAtOnce);
    private readonly Slots _waits = new(settings.WaitsAtOnce, 2);
    private readonly Slots _uploads = new(settings.TransfersAtOnce, settings.TransfersAtOnceOfHost);
    private readonly Slots _downloads = new(settings.TransfersAtOnce, settings.TransfersAtOnceOfHost);

    /// <summary>The caller's address, as far as it can be known.</summary>
    internal string AddressOf(HttpRequest request) => ClientAddress.Of(request.HttpContext, settings.BehindAzure);

    /// <summary>Lets a request in; disposing the answer lets go of it.</summary>
    /// <exception cref="GridBusyException">Its address asks too much, or too much is in hand.</exception>
    internal IDisposable Enter(HttpRequest request)
    {
        Take(_addresses, AddressOf(request), "requests come from this address");
        return _requests.TryTake("") ?? throw Full("requests");
    }

    /// <summary>Counts a request of a host.</summary>
    /// <exception cref="GridBusyException">The host asks too much.</exception>
    internal void CountHost(string hostId) => Take(_hosts, hostId, "requests come from this host");

    /// <summary>Counts a new account.</summary>
    /// <param name="whose">An address or a volunteer.</param>
    /// <exception cref="GridBusyException">There are too many.</exception>
    internal void CountRegistration(string whose) => Take(_registrations, whose, "accounts are made");

    /// <summary>A place for a request that waits for work; null where it must be answered at once.</summary>
    internal IDisposable? TryWait(string hostId) => _waits.TryTake(hostId);

    /// <summary>A place for an upload.</summary>
    /// <exception cref="GridBusyException">All are taken.</exception>
    internal IDisposable EnterUpload(string hostId) => _uploads.TryTake(hostId) ?? throw Full("uploads");

    /// <summary>A place for a download.</summary>
    /// <exception cref="GridBusyException">All are taken.</exception>
    internal IDisposable EnterDownload(string hostId) => _downloads.TryTake(hostId) ?? throw Full("downloads");

    private static void Take(TokenBuckets buckets, string key, string what)
    {
        if (buckets.Take(key) is { } wait)
            throw new GridBusyException($"More {what} than are taken. Try again after the time in Retry-After, and less often.", wait, isCallersOwn: true);
    }

    private static GridBusyException Full(string what) => new($"As many {what} as this instance takes are in hand. Try again shortly.", s_soon, isCallersOwn: false);
}
