using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>More keys than a state may hold: an alarm, and then the policy that was chosen.</summary>
public sealed class FullStateTests : IDisposable
{
    private const string Query = "select id, window_start, count(*) as n from trades group by id, tumble(time, interval '1 minute')";

    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Pause_TakesNoMoreEvents_UntilTheLimitIsRaised()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", Spec("pause"));
        Ids(30, seconds: 30);
        _bed.Flush();
        await host.DeliverAsync(0, 0, 10);
        await host.DeliverAsync(0, 10, 20);
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await host.TickAsync();

        await Assert.ThrowsAsync<StreamFullException>(() => host.DeliverAsync(0, 30, 1));
        var alarm = Assert.Single((await host.Streams.StateAsync("ids", default))!.Alarms);
        Assert.Equal("state-full", alarm.Kind);
        Assert.Contains("30 open keys and windows", alarm.Message, StringComparison.Ordinal);
        Assert.Contains("the limit is 20", alarm.Message, StringComparison.Ordinal);
        await host.PutAsync("ids", Spec("pause").Replace("\"maxKeys\": 20", "\"maxKeys\": 100", StringComparison.Ordinal));
        await host.DeliverAsync(0, 30, 1);

        Assert.Equal(30, _bed.Sink.Rows().Count);
    }

    [Fact]
    public async Task RejectNewKeys_CountsTheKeysThatAreKnown_AndDropsOthers()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", Spec("reject-new-keys"));
        Ids(25, seconds: 20);
        await host.DeliverAsync(0, 0, 25);
        _bed.Trade(0, 3, "S", 1, 25);
        _bed.Trade(0, 999, "S", 1, 25);
        _bed.Trade(0, 4, "S", 1, 26);

        await host.DeliverAsync(0, 25, 3);
        _bed.Time.Advance(TimeSpan.FromMinutes(1));
        await host.TickAsync();

        var rows = _bed.Sink.Rows();
        Assert.Equal(25, rows.Count);
        Assert.Contains("""[3,"2026-01-31 12:00:00",2]""", rows);
        Assert.DoesNotContain(rows, r => r.StartsWith("[999,", StringComparison.Ordinal));
        Assert.Equal(1, (await host.Streams.StateAsync("ids", default))!.Counters.Dropped);
    }

    [Fact]
    public async Task CloseOldest_GivesTheOldestWindowsOutBeforeTheirTime()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", Spec("close-oldest", """ "watermark": { "delay": "1h" }, """));
        Ids(60, seconds: 600);

        await host.DeliverAsync(0, 0, 40);
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await host.DeliverAsync(0, 40, 20);
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await host.TickAsync();

        var state = (await host.Streams.StateAsync("ids", default))!;
        Assert.Equal("state-full", Assert.Single(state.Alarms).Kind);
        Assert.InRange(state.Keys, 1, 40);
        var given = _bed.Sink.Rows();
        Assert.InRange(given.Count, 18, 59);
        Assert.Contains("""[0,"2026-01-31 12:00:00",1]""", given);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("reject-new-keys")]
    [InlineData("close-oldest")]
    public async Task ManyKeys_BeyondALimitOfManyKeys_StayWithinItByThePolicyAndRaiseAnAlarm(string policy)
    {
        const int Limit = 100_000, Events = 160_000, AtOnce = 10_000;
        await using var host = _bed.Host();
        await host.PutAsync("ids", Spec(policy, """ "watermark": { "delay": "1h" }, """).Replace("\"maxKeys\": 20", $"\"maxKeys\": {Limit}", StringComparison.Ordinal));

        var failure = await Record.ExceptionAsync(async () =>
        {
            for (var first = 0; first < Events; first += AtOnce)
            {
                _bed.Time.Advance(TimeSpan.FromMilliseconds(300));
                await host.Runtime.ProcessAsync("trades", 0, Keys(first, AtOnce), default);
            }
        });

        Assert.Equal(policy == "pause", failure is StreamFullException);
        var state = (await host.Streams.StateAsync("ids", default))!;
        Assert.InRange(state.Keys, Limit / 2, Limit + AtOnce);
        Assert.InRange(state.Bytes, 1, 300L * (Limit + AtOnce));
        Assert.Equal("state-full", Assert.Single(state.Alarms).Kind);
        Assert.Equal(policy == "pause" ? state.Keys : Events, state.Counters.Events);
        Assert.Equal(policy == "reject-new-keys" ? Events - state.Keys : 0, state.Counters.Dropped);
        if (policy == "close-oldest")
            Assert.InRange(_bed.Sink.Rows().Count, Events - state.Keys - AtOnce, Events - 1);
    }

    // A hundred keys a second of event time.
    private StreamEvent[] Keys(int first, int count) => [.. Enumerable.Range(first, count).Select(i => new StreamEvent(
        System.Text.Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"id":{{i}},"time":{{_bed.Time.Start.ToUnixTimeMilliseconds() + (i * 10L)}}}""")),
        i, _bed.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1000, null))];

    private static string Spec(string policy, string more = "") =>
        StreamBed.Spec(Query, more + $$""" "partitionKey": ["id"], "state": { "maxKeys": 20, "whenFull": "{{policy}}" } """);

    private void Ids(int count, double seconds)
    {
        for (var i = 0; i < count; i++)
            _bed.Trade(0, i, "S", 1, seconds * i / count);
    }
}
