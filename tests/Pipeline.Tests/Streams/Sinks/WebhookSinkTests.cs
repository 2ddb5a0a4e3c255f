using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Sinks;

public sealed class WebhookSinkTests : IDisposable
{
    private const string Secret = "correct horse battery staple";

    private static readonly WebhookAddresses s_here = new("127.0.0.1", "localhost", "::1", "hooks.example.net");

    private readonly Outputs _outputs = new();
    private readonly HurriedTime _time = new();
    private readonly OpenFence _fence = new();
    private readonly WebhookClient _client;

    public WebhookSinkTests() => _client = new WebhookClient(_time, s_here, () => 1);

    public void Dispose()
    {
        _client.Dispose();
        _outputs.Dispose();
    }

    [Fact]
    public async Task Publish_TwoWindows_CallsOnceForEach()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);

        await sink.PublishAsync(_outputs.Windowed(7, (0, 2, 0), (1, 1, 3)), _fence, default);

        Assert.Equal(["vwap/1/input-2/1769900400000000-1769900460000000/0/0", "vwap/1/input-2/1769900460000000-1769900520000000/3/0"], receiver.Taken.Select(c => c.Key));
        Assert.Equal(
            """{"stream":"vwap","partition":"input-2","window":{"start":"2026-01-31T23:01:00Z","end":"2026-01-31T23:02:00Z","revision":3},"part":0,"last":true,"rows":[{"symbol":"S0","window_start":"2026-01-31 23:01:00","vwap":301.5,"volume":0}]}""",
            receiver.Taken[1].Body);
        Assert.All(receiver.Taken, call => Assert.True(WebhookSignature.IsValid(call.Signature, Secret, Encoding.UTF8.GetBytes(call.Body), _time.GetUtcNow(), TimeSpan.FromMinutes(5))));
    }

    [Fact]
    public async Task Publish_AWindowThatALateEventEmptied_TellsThatItHasNoRows()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, null), _client);

        await sink.PublishAsync(_outputs.Windowed(7, (0, 0, 1)), _fence, default);

        Assert.EndsWith("\"rows\":[]}", Assert.Single(receiver.Taken).Body, StringComparison.Ordinal);
        Assert.Null(receiver.Taken[0].Signature);
    }

    [Fact]
    public async Task Publish_RowsBeyondABody_GoInSeveralCallsWithoutLoss()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);

        await sink.PublishAsync(_outputs.Rows(3, 12_000), _fence, default);

        Assert.True(receiver.Taken.Count > 2);
        Assert.All(receiver.Taken, call => Assert.True(call.Body.Length < WebhookCalls.MostBytes + 4096));
        Assert.Equal(receiver.Taken.Select((_, i) => $"vwap/1/input-2/3/{i}"), receiver.Taken.Select(c => c.Key));
        Assert.Equal([.. Enumerable.Repeat(false, receiver.Taken.Count - 1), true], receiver.Taken.Select(c => JsonDocument.Parse(c.Body).RootElement.GetProperty("last").GetBoolean()));
        Assert.Equal(Enumerable.Range(0, 12_000).Select(i => $"S{i}"),
            receiver.Taken.SelectMany(c => JsonDocument.Parse(c.Body).RootElement.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("symbol").GetString())));
    }

    [Fact]
    public async Task Publish_AReceiverThatFailsForAWhile_IsCalledAgainWithGrowingPauses()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = call => call <= 4 ? 503 : 200;
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);

        await sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, default);

        Assert.Equal([0.5, 1, 2, 4], _time.Waits.Select(w => w.TotalSeconds));
        Assert.Single(receiver.Calls.Select(c => c.Key).Distinct());
        Assert.Equal(4, receiver.Calls.Select(c => c.Signature).Distinct().Count()); // Two calls were made within a second.
        Assert.Single(receiver.Taken);
    }

    [Fact]
    public async Task Publish_AReceiverThatIsDownForAMinute_HoldsTheStreamBackAndLosesNothing()
    {
        await using var receiver = await Receiver.StartAsync();
        var up = _time.GetUtcNow().AddMinutes(1);
        var seen = 0;
        // It dies after the first window.
        receiver.Status = _ => ++seen > 1 && _time.GetUtcNow() < up ? 500 : 200;
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);
        var output = _outputs.Windowed(7, (0, 1, 0), (1, 1, 0), (2, 1, 0));

        // What the runtime does with a sink that throws.
        var refusals = 0;
        while (true)
        {
            try
            {
                await sink.PublishAsync(output, _fence, default);
                break;
            }
            catch (WebhookException e)
            {
                Assert.Contains("has not taken a call (vwap/1/input-2/1769900460000000-1769900520000000/0/0) in 6 attempts: it answered 500", e.Message, StringComparison.Ordinal);
                refusals++;
            }
        }

        Assert.True(refusals > 2, $"It was refused {refusals} times.");
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"vwap/1/input-2/{Outputs.Minute(i)}-{Outputs.Minute(i + 1)}/0/0"), receiver.Taken.Select(c => c.Key));
    }

    [Fact]
    public async Task Publish_AReceiverThatSaysWhen_IsCalledThenAndNotBefore()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = call => call == 1 ? 429 : 200;
        receiver.Headers = headers => headers["Retry-After"] = "7";
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);

        await sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, default);

        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Waits);
    }

    [Fact]
    public async Task Publish_ARedirect_IsNotFollowed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = _ => 307;
        receiver.Headers = headers => headers.Location = elsewhere.Url.ToString();
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);

        var e = await Assert.ThrowsAsync<WebhookException>(() => sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, default));

        Assert.Contains("a redirect, which is not followed", e.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Calls);
    }

    [Fact]
    public async Task Publish_AHostThatHasLostThePartition_CallsNobody()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), _client);
        _fence.Closed = true;

        await Assert.ThrowsAsync<StreamFencedException>(() => sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, default));

        Assert.Empty(receiver.Calls);
    }

    [Fact]
    public async Task Publish_TheHostStops_EndsAtOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Status = _ => 500;
        using var stop = new CancellationTokenSource();
        using var client = new WebhookClient(TimeProvider.System, s_here);
        await using var sink = new WebhookSink(new WebhookTarget(receiver.Url, Secret), client);
        receiver.Headers = _ => stop.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, stop.Token));
    }

    [Theory]
    [InlineData("https://example.net/hook", null)]
    [InlineData("http://localhost:8080/hook", null)]
    [InlineData("http://[::1]:8080/", null)]
    [InlineData("http://example.net/hook", "called with https")]
    [InlineData("ftp://example.net", "not an address")]
    [InlineData("example.net", "not an address")]
    [InlineData("https://user:word@example.net", "name and password")]
    [InlineData("https://example.net/#part", "never sent")]
    [InlineData("https://169.254.169.254/latest/meta-data", "the network or the platform itself")]
    [InlineData("https://[fe80::1]/", "the network or the platform itself")]
    [InlineData("https://[fec0::1]/", "the network or the platform itself")]
    [InlineData("https://[ff02::1]/", "the network or the platform itself")]
    [InlineData("https://[::]/", "the network or the platform itself")]
    [InlineData("https://[::ffff:169.254.169.254]/", "the network or the platform itself")]
    [InlineData("https://[::169.254.169.254]/", "the network or the platform itself")]
    [InlineData("https://[64:ff9b::a9fe:a9fe]/", "the network or the platform itself")]
    [InlineData("https://[64:ff9b:1::a00:1]/", "the network or the platform itself")]
    [InlineData("https://[2002:a9fe:a9fe::1]/", "the network or the platform itself")]
    [InlineData("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "the network or the platform itself")]
    [InlineData("https://[fd00:ec2::254]/", "the network or the platform itself")]
    [InlineData("https://168.63.129.16/", "the network or the platform itself")]
    [InlineData("https://100.100.100.200/", "the network or the platform itself")]
    [InlineData("https://0.0.0.0/", "the network or the platform itself")]
    [InlineData("https://224.0.0.1/", "the network or the platform itself")]
    [InlineData("https://255.255.255.255/", "the network or the platform itself")]
    [InlineData("https://2852039166/", "the network or the platform itself")]
    [InlineData("https://0xa9fea9fe/", "the network or the platform itself")]
    [InlineData("https://10.0.0.1/", "a private network")]
    [InlineData("https://172.31.255.1/", "a private network")]
    [InlineData("https://192.168.1.1/", "a private network")]
    [InlineData("https://100.64.0.1/", "a private network")]
    [InlineData("https://[fc00::1]/", "a private network")]
    [InlineData("https://[::ffff:10.0.0.1]/", "a private network")]
    [InlineData("https://012.0.0.1/", "a private network")]
    [InlineData("https://127.0.0.2/", "this machine")]
    [InlineData("https://2130706434/", "this machine")]
    [InlineData("https://[::ffff:127.0.0.2]/", "this machine")]
    public void Address_OfASpec_IsReadOrRefused(string text, string? fault)
    {
        Assert.Equal(fault is null, s_here.TryRead(text, out var url, out var found));
        Assert.Equal(fault is null, url is not null);
        if (fault is not null) Assert.Contains(fault, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:8080/hook")]
    [InlineData("http://127.0.0.1:8080/hook")]
    [InlineData("https://[::1]/hook")]
    public void Address_ThisMachineThatNoSettingNames_IsRefusedWithTheSetting(string text)
    {
        Assert.False(new WebhookAddresses().TryRead(text, out _, out var fault));
        Assert.Contains(WebhookAddresses.Setting, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "rebound.example.net", false)]
    [InlineData("::ffff:127.0.0.1", "rebound.example.net", false)]
    [InlineData("10.1.2.3", "rebound.example.net", false)]
    [InlineData("fd12::1", "rebound.example.net", false)]
    [InlineData("169.254.169.254", "rebound.example.net", false)]
    [InlineData("20.50.2.1", "rebound.example.net", true)]
    [InlineData("2603:1020:201::1", "rebound.example.net", true)]
    [InlineData("10.1.2.3", "hooks.example.net", true)]
    [InlineData("127.0.0.1", "hooks.example.net", true)]
    [InlineData("169.254.169.254", "hooks.example.net", false)]
    public void Address_ThatANameLeadsTo_MustBePublicOrNamedByTheSetting(string address, string host, bool allowed) =>
        Assert.Equal(allowed, s_here.Fault(IPAddress.Parse(address), new Uri($"https://{host}/")) is null);

    // The name passes when the spec is read; where it leads is seen only when the connection is made.
    [Fact]
    public async Task Publish_ANameThatLeadsToThisMachine_IsRefusedAtTheConnection()
    {
        await using var receiver = await Receiver.StartAsync();
        using var client = new WebhookClient(_time, new WebhookAddresses(), () => 1);
        await using var sink = new WebhookSink(new WebhookTarget(new Uri($"http://localhost:{receiver.Url.Port}/hook"), Secret), client);

        var e = await Assert.ThrowsAsync<WebhookException>(() => sink.PublishAsync(_outputs.Windowed(7, (0, 1, 0)), _fence, default));

        Assert.Contains("this machine", e.Message, StringComparison.Ordinal);
        Assert.Empty(receiver.Calls);
    }

    [Fact]
    public void Signature_AnotherBodySecretOrTime_IsNotValid()
    {
        var at = new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
        var header = WebhookSignature.Of(Secret, at, "body"u8);

        Assert.Equal("t=1769817600,v1=", header[..16]);
        Assert.True(WebhookSignature.IsValid(header, Secret, "body"u8, at.AddSeconds(60), TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid(header, Secret, "Body"u8, at, TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid(header, "another", "body"u8, at, TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid(header, Secret, "body"u8, at.AddMinutes(6), TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid(header.Replace("t=1769817600", "t=1769817601", StringComparison.Ordinal), Secret, "body"u8, at, TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid("t=", Secret, "body"u8, at, TimeSpan.FromMinutes(5)));
        Assert.False(WebhookSignature.IsValid(null, Secret, "body"u8, at, TimeSpan.FromMinutes(5)));
    }
}
