namespace Pipeline.Tests.Streams.Runtime;

/// <summary>Groups whose events come through several partitions are brought together, once each.</summary>
public sealed class ShuffleTests : IDisposable
{
    private const string Query = "select window_start, count(*) as n, sum(price) as total, count(distinct symbol) as symbols from trades group by tumble(time, interval '1 minute')";
    private const string BatchQuery = "select time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total, count(distinct symbol) as symbols from trades where symbol <> 'flush' group by all";
    private const string BySymbol = "select symbol, window_start, count(*) as n, sum(price) as total from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchBySymbol = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total from trades where symbol <> 'flush' group by all";

    private readonly StreamBed _bed = new(partitions: 3);
    private readonly int[] _delivered = new int[3];
    private readonly int[] _shuffled = new int[3];

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(Query, BatchQuery)]
    [InlineData(BySymbol, BatchBySymbol)]
    public async Task Windows_OfGroupsInSeveralPartitions_AreThoseOfTheBatchQuery(string query, string batch)
    {
        Fill();
        await using var host = _bed.Host();
        await host.PutAsync("totals", Spec(query));

        await RunAsync(host, new Random(3), size: 90);

        Assert.Equal(_bed.Batch(batch), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Windows_HostsDyingBetweenCommitAndSending_AreThoseOfTheBatchQuery()
    {
        Fill();
        var random = new Random(4);
        await using (var first = _bed.Host())
            await first.PutAsync("totals", Spec(Query));

        for (var life = 0; life < 6; life++)
        {
            await using var host = _bed.Host();
            var sends = random.Next(1, 12);
            _bed.Hubs.BeforeSend = () =>
            {
                if (--sends < 0)
                    throw new IOException("The host is dead.");
            };
            await Record.ExceptionAsync(() => RunAsync(host, random, size: 30));
        }

        _bed.Hubs.BeforeSend = () => { };
        await using var last = _bed.Host();
        await RunAsync(last, random, size: 90);
        // Everything again, as if no checkpoint had been written.
        Array.Clear(_shuffled);
        await RunAsync(last, random, size: 90);

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Equal(0, (await last.Streams.StateAsync("totals", default))!.Counters.Lost);
    }

    [Fact]
    public async Task Messages_OfCommitsWithTicksBetweenThem_HaveNoGaps()
    {
        Fill();
        await using var host = _bed.Host();
        await host.PutAsync("totals", Spec(Query));

        for (var at = 0; at < 90; at += 30)
        {
            for (var partition = 0; partition < 3; partition++)
                await host.DeliverAsync(partition, at, 30);
            // Notes what was sent.
            await host.TickAsync();
            await host.TickAsync();
            await ShuffleAllAsync(host);
        }

        var state = (await host.Streams.StateAsync("totals", default))!;
        Assert.Equal(0, state.Counters.Lost);
        Assert.Empty(state.Alarms);
    }

    [Fact]
    public async Task Windows_PartitionWithoutEvents_IsNotWaitedForOnceItIsIdle()
    {
        for (var i = 0; i < 50; i++)
            _bed.Trade(0, i, "S0", 1, i * 2);
        await using var host = _bed.Host();
        await host.PutAsync("totals", Spec(Query));

        await RunAsync(host, new Random(5), size: 90);
        Assert.Empty(_bed.Sink.Rows());
        for (var i = 0; i < 3; i++)
        {
            _bed.Time.Advance(TimeSpan.FromSeconds(31));
            await host.TickAsync();
            await ShuffleAllAsync(host);
        }

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SinkDown_OfOneStream_HoldsUpNoOtherAndLosesNothing(bool dies)
    {
        Fill();
        await using var one = _bed.Host();
        await one.PutAsync("first", Spec(Query));
        await one.PutAsync("second", Spec(Query));
        _bed.Sink.Before = output => output.Origin.Stream == "first" ? throw new HttpRequestException("Connection refused.") : Task.CompletedTask;

        await RunAsync(one, new Random(6), size: 60);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Equal("sink-failing", Assert.Single((await one.StateAsync("first")).Alarms.DistinctBy(a => a.Kind)).Kind);
        _bed.Sink.Before = _ => Task.CompletedTask;
        // Another host finds all messages delivered.
        await using var other = _bed.Host();
        var host = dies ? other : one;
        await host.TickAsync();

        Assert.Equal(_bed.Batch(BatchQuery).Concat(_bed.Batch(BatchQuery)).Order(StringComparer.Ordinal), _bed.Sink.Rows());
        Assert.Equal(0, (await host.StateAsync("first")).Counters.Lost);
    }

    private static string Spec(string query) => StreamBed.Spec(query, """ "watermark": { "delay": "5s" } """);

    private void Fill()
    {
        _bed.Trades(new Random(5), 400);
        _bed.Flush();
    }

    /// <summary>Delivers all events and messages as triggers do, partition by partition in turns.</summary>
    private async Task RunAsync(StreamHost host, Random random, int size)
    {
        while (Enumerable.Range(0, 3).Any(p => _delivered[p] < _bed.Hubs.Log("trades", p).Count))
        {
            var partition = random.Next(3);
            await host.DeliverAsync(partition, _delivered[partition], size);
            _delivered[partition] += size;
            _bed.Time.Advance(TimeSpan.FromMilliseconds(60));
            if (random.Next(3) == 0)
                await ShuffleAllAsync(host);
        }

        await host.TickAsync();
        await ShuffleAllAsync(host);
    }

    private async Task ShuffleAllAsync(StreamHost host)
    {
        for (var partition = 0; partition < 3; partition++)
            _shuffled[partition] = await host.ShuffleAsync(partition, _shuffled[partition]);
    }
}
