using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Pipeline.Streams;

/// <summary>Calls webhooks: signed, with a key against repetition, again and again with growing pauses; never led elsewhere by a
/// redirect, a proxy or a name that leads where it must not.</summary>
internal sealed class WebhookClient : IDisposable
{
    /// <summary>The header that carries a call's key.</summary>
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>How often a call is made before the stream is told to wait.</summary>
    public const int Attempts = 6;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(15);

    // Options rather than a field of the client: the connection must know what the spec said.
    private static readonly HttpRequestOptionsKey<Uri> s_target = new("target");

    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private readonly WebhookAddresses _addresses;
    private readonly Func<double> _random;

    /// <param name="time">Measures the pauses.</param>
    /// <param name="addresses">Where calls may go.</param>
    /// <param name="random">Gives numbers from 0 to 1 that spread the pauses, so that many senders do not come back together.</param>
    public WebhookClient(TimeProvider time, WebhookAddresses addresses, Func<double>? random = null)
    {
        _time = time;
        _addresses = addresses;
        _random = random ?? Random.Shared.NextDouble;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 64 << 10,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Makes a call until the receiver takes it, up to <see cref="Attempts"/> times.</summary>
    /// <exception cref="WebhookException">It was not taken; the message says why.</exception>
    public async Task SendAsync(WebhookTarget target, WebhookCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (fault, retryAfter) = await TryAsync(target, call, cancellationToken);
            if (fault is null) return;
            if (attempt == Attempts) throw new WebhookException($"The webhook {Shown(target.Url)} has not taken a call ({call.Key}) in {Attempts} attempts: {fault}.");
            var pause = TimeSpan.FromTicks(Math.Min(s_firstPause.Ticks << (attempt - 1), s_longestPause.Ticks));
            pause *= 0.5 + 0.5 * _random();
            await Task.Delay(retryAfter > pause ? retryAfter.Value : pause, _time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(string? Fault, TimeSpan? RetryAfter)> TryAsync(WebhookTarget target, WebhookCall call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_answerWithin);
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ReadOnlyMemoryContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("Pipeline");
        request.Headers.TryAddWithoutValidation(KeyHeader, call.Key);
        if (target.Secret is { } secret)
            request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Of(secret, _time.GetUtcNow(), call.Body.Span));
        request.Options.Set(s_target, target.Url);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            if (response.IsSuccessStatusCode) return (null, null);
            var status = string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}");
            return (int)response.StatusCode is >= 300 and < 400
                ? ($"{status}, a redirect, which is not followed; name the address that it points to in the spec", null)
                : (status, RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ($"it did not answer within {s_answerWithin.TotalSeconds:0} seconds", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ((e.InnerException as WebhookException ?? e.InnerException ?? e).Message.TrimEnd('.'), null);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wish = response.Headers.RetryAfter is not { } header ? null : header.Delta ?? header.Date - _time.GetUtcNow();
        return wish > s_longestPause ? s_longestPause : wish;
    }

    // The check is made on the very address that is connected to: a name may lead elsewhere the next time that it is asked.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var url = context.InitialRequestMessage.Options.TryGetValue(s_target, out var found) ? found : context.InitialRequestMessage.RequestUri!;
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        string? fault = null;
        Exception? last = null;
        foreach (var address in addresses)
        {
            if (_addresses.Fault(address, url) is { } forbidden)
            {
                fault = forbidden;
                continue;
            }

            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException) throw;
                last = e;
            }
        }

        throw last ?? new WebhookException(fault ?? $"{url.Host} has no address");
    }

    // The path may be the receiver's secret.
    private static string Shown(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
