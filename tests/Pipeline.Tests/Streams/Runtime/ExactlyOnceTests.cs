using Pipeline.Streams;
using Pipeline.Tests.Storage;
using Xunit.Abstractions;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>However events are delivered and whatever fails, the windows that sinks get are those that a batch query computes over the same events.</summary>
public sealed class ExactlyOnceTests(ITestOutputHelper output) : IDisposable
{
    private const string Query = "select symbol, window_start, count(*) as n, sum(price) as total, min(id) as first from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchQuery = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total, min(id) as first from trades where symbol <> 'flush' group by all";
    private const string RowQuery = "select id, symbol, price * 2 as double from trades where price > 30";
    private const string BatchRowQuery = "select id, symbol, price * 2 as double from trades where price > 30";

    // What is scored goes the same ways: the model of version 1 says ten times the price.
    private const string BatchScoredQuery = "select id, price, (price * 10)::double as said from trades where price > 30";
    private const string BatchScoredWindowQuery = "select symbol, time_bucket(interval '1 minute', time) as w, max(price) as price, (max(price) * 10)::double as said from trades where symbol <> 'flush' group by all";
    private const string ScoredQuery = "select id, price from trades where price > 30";
    private const string ScoredWindowQuery = "select symbol, window_start, max(price) as price from trades group by symbol, tumble(time, interval '1 minute')";

    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(Query, BatchQuery)]
    [InlineData(RowQuery, BatchRowQuery)]
    [InlineData(ScoredQuery, BatchScoredQuery)]
    [InlineData(ScoredWindowQuery, BatchScoredWindowQuery)]
    public async Task Output_DeliveredWhole_IsThatOfTheBatchQuery(string query, string batch)
    {
        Fill();
        await using var host = _bed.Host();
        await host.PutAsync("vwap", Spec(query));

        await host.DeliverAsync(0, 0, 500);

        Assert.Equal(_bed.Batch(batch), _bed.Sink.Rows());
    }

    [Theory]
    [InlineData(Query, BatchQuery)]
    [InlineData(RowQuery, BatchRowQuery)]
    [InlineData(ScoredQuery, BatchScoredQuery)]
    [InlineData(ScoredWindowQuery, BatchScoredWindowQuery)]
    public async Task Output_EveryBatchTwiceAndCutAtRandom_IsThatOfTheBatchQuery(string query, string batch)
    {
        var random = Seeded();
        Fill();
        await using var host = _bed.Host();
        await host.PutAsync("vwap", Spec(query));

        await CutAtRandomAsync(host, random);

        Assert.Equal(_bed.Batch(batch), _bed.Sink.Rows());
    }

    [Theory]
    [InlineData(Query, BatchQuery, false)]
    [InlineData(Query, BatchQuery, true)]
    [InlineData(RowQuery, BatchRowQuery, false)]
    [InlineData(RowQuery, BatchRowQuery, true)]
    [InlineData(ScoredQuery, BatchScoredQuery, false)]
    [InlineData(ScoredQuery, BatchScoredQuery, true)]
    [InlineData(ScoredWindowQuery, BatchScoredWindowQuery, true)]
    public async Task Output_StoreFailingAtEachStepOfACommit_IsThatOfTheBatchQuery(string query, string batch, bool afterItIsDone)
    {
        Fill();
        await using (var host = _bed.Host())
        {
            await host.PutAsync("vwap", Spec(query));
        }

        // The first of each kind of the store's operations fails, and a third of the others: before they are done, or after it with their
        // answer lost.
        var random = Seeded();
        var faults = new HashSet<string>();
        Task Fail(StoreCall call) => call.IsChange && (faults.Add($"{call.Operation} {call.Container} {call.Path[^5..]}") || random.Next(3) == 0)
            ? throw new IOException($"{call} fails by order of the test.")
            : Task.CompletedTask;
        if (afterItIsDone)
            _bed.Store.After = Fail;
        else
            _bed.Store.Before = Fail;
        await using (var host = _bed.Host())
        {
            for (var at = 0; at < 401; at += 40)
                await InsistAsync(() => host.DeliverAsync(0, at, 40));
        }

        Assert.Equal(_bed.Batch(batch), _bed.Sink.Rows());
        Assert.Superset(new HashSet<string> { "Write stream-state .json", "Write stream-state rquet" }, faults);
    }

    [Fact]
    public async Task Windows_HostGoneAfterEveryDelivery_AreThoseOfTheBatchQuery()
    {
        var random = Seeded();
        Fill();
        await using (var first = _bed.Host())
            await first.PutAsync("vwap", Spec(Query));

        for (var at = 0; at < 401; at += 50)
        {
            // Half of the hosts die between the commit and the publication.
            await using var host = _bed.Host();
            var dies = random.Next(2) == 0;
            _bed.Sink.Before = _ => dies ? throw new InvalidOperationException("The host is dead.") : Task.CompletedTask;
            if (dies)
                await Record.ExceptionAsync(() => host.DeliverAsync(0, at, 50));
            else
                await host.DeliverAsync(0, at, 50);
        }

        _bed.Sink.Before = _ => Task.CompletedTask;
        await using var last = _bed.Host();
        await last.DeliverAsync(0, 0, 500);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Windows_TwoHostsThatBothBelieveTheyOwnThePartition_AreThoseOfTheBatchQuery()
    {
        var random = Seeded();
        Fill();
        await using var one = _bed.Host();
        await using var other = _bed.Host();
        await one.PutAsync("vwap", Spec(Query));

        // Both get everything, cut differently, at the same time.
        await Task.WhenAll(CutAtRandomAsync(one, new Random(random.Next())), CutAtRandomAsync(other, new Random(random.Next())));
        await InsistAsync(() => one.DeliverAsync(0, 0, 500));

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Publication_OfAHostThatHasLostThePartition_ChangesNothing()
    {
        _bed.Trades(new Random(5), 100, seconds: 110);
        await using var stale = _bed.Host();
        await using var owner = _bed.Host();
        await stale.PutAsync("vwap", Spec(Query));

        // The stale host has committed and is about to publish when another one takes over, publishes and goes on.
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _bed.Sink.Before = async published =>
        {
            if (reached.TrySetResult())
                await goOn.Task;
        };
        var late = stale.DeliverAsync(0, 0, 100);
        await reached.Task;
        _bed.Flush();
        await owner.DeliverAsync(0, 50, 51);
        goOn.SetResult();
        await late;

        Assert.Equal(1, _bed.Sink.Fenced);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Windows_RedeliveryFromHoursBefore_ChangesNothing()
    {
        Fill();
        await using var host = _bed.Host();
        await host.PutAsync("vwap", Spec(Query));
        await host.DeliverAsync(0, 0, 500);
        var calls = _bed.Sink.Calls;
        _bed.Time.Advance(TimeSpan.FromHours(5));

        await host.DeliverAsync(0, 0, 100);

        Assert.Equal(calls, _bed.Sink.Calls);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Windows_CheckpointsLost_AreThoseOfTheBatchQuery()
    {
        Fill();
        await using (var host = _bed.Host())
        {
            await host.PutAsync("vwap", Spec(Query));
            await host.DeliverAsync(0, 0, 200);
        }

        // The trigger begins anew, once at the start of the log and once at its end: what lies between is read from the log.
        await using var next = _bed.Host();
        await next.DeliverAsync(0, 0, 250);
        await next.DeliverAsync(0, 395, 10);

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Equal(1, _bed.Hubs.Reads);
    }

    [Fact]
    public async Task Windows_WithAllowedLateness_AreCorrectedToThoseOfTheBatchQuery()
    {
        _bed.Trades(new Random(5), 400);
        await using var host = _bed.Host();
        await host.PutAsync("vwap", StreamBed.Spec(Query, """ "late": { "allowed": "1h" }, "partitionKey": ["symbol"] """));
        await host.DeliverAsync(0, 0, 400);
        _bed.Trade(0, 1_000, "S1", 5.5m, 30);
        _bed.Trade(0, 1_001, "S8", 6.5m, 95);
        _bed.Flush();

        for (var at = 400; at < 403; at++)
        {
            await using var restarted = _bed.Host();
            await restarted.DeliverAsync(0, at, 1);
        }

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    private static string Spec(string query) => StreamBed.Spec(
        query, """ "watermark": { "delay": "5s" }, "partitionKey": ["symbol"] """ + (query is ScoredQuery or ScoredWindowQuery ? """, "score": { "model": "tens", "as": "said" } """ : ""));

    private void Fill()
    {
        _bed.Trades(new Random(5), 400);
        _bed.Flush();
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>As the trigger does: again and again, until it succeeds.</summary>
    private static async Task InsistAsync(Func<Task> deliver)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await deliver();
                return;
            }
            catch (Exception e) when (attempt < 50 && e is IOException or SinkFailedException or StreamFencedException)
            {
            }
        }
    }

    private async Task CutAtRandomAsync(StreamHost host, Random random)
    {
        var count = _bed.Hubs.Log("trades", 0).Count;
        for (var at = 0; at < count;)
        {
            var (from, size) = (at, random.Next(1, 60));
            await InsistAsync(() => host.DeliverAsync(0, from, size));
            await InsistAsync(() => host.DeliverAsync(0, Math.Max(0, from - random.Next(30)), size));
            at += size;
        }
    }
}
