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

    private static string Spec(string policy, string more = "") =>
        StreamBed.Spec(Query, more + $$""" "partitionKey": ["id"], "state": { "maxKeys": 20, "whenFull": "{{policy}}" } """);

    private void Ids(int count, double seconds)
    {
        for (var i = 0; i < count; i++)
            _bed.Trade(0, i, "S", 1, seconds * i / count);
    }
}
