using Pipeline.Jobs;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>A model that scores a stream's rows: which version it is, and what becomes of its predictions.</summary>
public sealed class ScoreTests : IDisposable
{
    private const string Query = "select id, price from trades";

    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Rows_OfADelivery_AreScoredTogetherByAModelThatIsLoadedOnce()
    {
        _bed.Trades(new Random(5), 300);
        await using var host = _bed.Host();
        await host.PutAsync("scored", Spec());
        var loads = _bed.Models.Loads;

        for (var at = 0; at < 300; at += 100)
            await host.DeliverAsync(0, at, 100);

        Assert.Equal(_bed.Batch("select id, price, (price * 10)::double from trades"), _bed.Sink.Rows());
        Assert.Equal((3, 1), (_bed.Models.Calls, _bed.Models.Loads - loads));
    }

    [Fact]
    public async Task Promotion_OfAnotherVersion_CountsOnlyOnceTheStreamIsPutAgain()
    {
        _bed.Trades(new Random(5), 300);
        await using (var host = _bed.Host())
        {
            await host.PutAsync("scored", Spec());
            await host.DeliverAsync(0, 0, 100);
        }

        // Another host, which has never seen the first version, reads which one it is.
        _bed.Models.Promoted = 2;
        await using var other = _bed.Host();
        await other.DeliverAsync(0, 100, 100);
        Assert.Equal(_bed.Batch("select id, price, (price * 10)::double from trades where id < 200"), _bed.Sink.Rows(generation: 1));

        await other.PutAsync("scored", Spec());
        await other.DeliverAsync(0, 200, 100);

        Assert.Equal(_bed.Batch("select id, price, (price * 20)::double from trades where id >= 200"), _bed.Sink.Rows(generation: 2));
    }

    [Fact]
    public async Task Put_TheSameAgain_GoesOnAsItWas()
    {
        await using var host = _bed.Host();
        await host.PutAsync("scored", Spec());
        await host.PutAsync("scored", Spec());
        Assert.Equal(1, (await host.Streams.FindAsync("scored", default))!.Generation);

        await host.PutAsync("scored", Spec(""" "score": { "model": "tens", "version": 2, "as": "said" } """));
        var view = await host.Streams.FindAsync("scored", default);

        Assert.Equal(2, view!.Generation);
        Assert.Contains("scores rows by version 2 of the model tens, as said", view.Plan!);
        Assert.Equal(["id", "price", "said"], view.Columns!.Select(c => c.Name));
    }

    [Fact]
    public async Task Version_ThatWasDeletedAndTrainedAnew_IsNotTakenForTheOldOne()
    {
        await using (var host = _bed.Host())
            await host.PutAsync("scored", Spec());
        _bed.Models.Fingerprint = "b";

        await using var other = _bed.Host();
        await other.TickAsync();

        var alarm = Assert.Single((await other.Streams.StateAsync("scored", default))!.Alarms);
        Assert.Equal("cannot-run", alarm.Kind);
        Assert.Contains("Put the stream again", alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rewind_KeepsTheVersionAndScoresAgain()
    {
        _bed.Trades(new Random(5), 100);
        await using var host = _bed.Host();
        await host.PutAsync("scored", Spec());
        await host.DeliverAsync(0, 0, 100);
        _bed.Models.Promoted = 2;

        await host.Streams.RewindAsync("scored", """{ "to": "earliest" }"""u8.ToArray(), default);
        await host.TickAsync();

        Assert.Equal(_bed.Batch("select id, price, (price * 10)::double from trades"), _bed.Sink.Rows(generation: 2));
    }

    [Fact]
    public async Task Windows_AreShownWithWhatTheModelSays()
    {
        _bed.Trade(0, 1, "A", 3, 1);
        await using var host = _bed.Host();
        await host.PutAsync("scored", Spec());
        await host.DeliverAsync(0, 0, 1);

        var view = (await host.WindowsAsync("scored"))!;

        Assert.Equal(["id", "price", "said"], view.Columns.Select(c => c.Name));
        Assert.Equal(30, Assert.Single(Assert.Single(view.Windows).Rows)[2].GetDouble());
    }

    [Fact]
    public async Task Put_AModel_IsHeldToTheRulesAboutItsData()
    {
        await using var host = _bed.Host();

        await host.PutAsync("scored", Spec());

        Assert.Equal(["models/tens"], host.Uses[0].Inputs);
    }

    [Theory]
    [InlineData(""" "score": { "model": "ten" } """, "/score/model", "Did you mean 'tens'?")]
    [InlineData(""" "score": { "version": 1 } """, "/score/model", "missing")]
    [InlineData(""" "score": { "model": "tens", "version": 0 } """, "/score/version", "")]
    [InlineData(""" "score": { "model": "tens", "column": "x" } """, "/score/column", "")]
    [InlineData(""" "score": "tens", "query": "select id, price as prize from trades" """, "/score", "Did you mean 'prize'?")]
    public async Task Put_ModelThatDoesNotFit_SaysWhy(string score, string pointer, string says)
    {
        await using var host = _bed.Host();

        var thrown = await Assert.ThrowsAsync<SpecException>(() => host.PutAsync("scored", Spec(score)));

        var fault = Assert.Single(thrown.Faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(says, fault.Detail, StringComparison.Ordinal);
    }

    private static string Spec(string score = """ "score": { "model": "tens", "as": "said" } """) => score.Contains("\"query\"", StringComparison.Ordinal)
        ? $$"""{ "hub": "trades", {{StreamBed.Columns}}, "from": "earliest", {{score}}, "sinks": [{ "record": "all" }] }"""
        : StreamBed.Spec(Query, score);
}
