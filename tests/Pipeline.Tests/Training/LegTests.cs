using Microsoft.Extensions.Time.Testing;
using Pipeline.Jobs;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Workers that go through several rounds by themselves come to the bits of those that are led round by round, whatever
/// befalls them.</summary>
[Collection(TorchTests.Name)]
public sealed class LegTests : IClassFixture<UndisturbedRuns>, IDisposable
{
    private const int Rounds = 12;
    private const string Layers = """[{ "type": "linear", "units": 6 }, "batch-norm", "relu", { "type": "dropout", "rate": 0.1 }, "linear"]""";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly UndisturbedRuns _undisturbed;
    private readonly LocalTraining _training = new();

    public LegTests(UndisturbedRuns undisturbed)
    {
        _undisturbed = undisturbed;
        _training.WriteMoons();
    }

    public void Dispose() => _training.Dispose();

    [Theory]
    [InlineData(1, "\"fp32\"")]
    [InlineData(2, "\"fp32\"")]
    [InlineData(8, "\"fp32\"")]
    [InlineData(20, "\"fp32\"")]
    [InlineData(3, "\"fp16\"")]
    [InlineData(3, """{ "encoding": "top-k", "share": 0.2 }""")]
    public async Task Train_SeveralRoundsAtATime_EndsTheSame(int workers, string exchange)
    {
        var spec = MoonSpec.Of($$""", "workers": {{workers}}, "exchange": {{exchange}}, "options": { "slices": 20, "checkpointEvery": 4 } """, Layers);
        var expected = await _undisturbed.StateAsync(spec, Rounds);
        var job = await _training.StartAsync(spec, "legs");

        var samples = 0L;
        for (var round = 0; round < Rounds; round += 4)
            samples += (await LegAsync(LocalTraining.At(job, round) with { Rounds = 4 })).Sum(r => Whole(r, 4).Samples);

        await AddUpAsync(job, Rounds - 1);
        SynchronousTests.AssertSame(expected, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
        Assert.Equal(Enumerable.Range(0, Rounds).Sum(r => SamplesOf(job, r)), samples);
    }

    [Fact]
    public async Task Train_WorkersOfTwoProcesses_ExchangeByBlobs()
    {
        using var other = new LocalTraining(_training);
        var (expected, spec) = await ExpectedAsync();
        var job = await _training.StartAsync(spec, "processes");
        var leg = LocalTraining.At(job, 0) with { Rounds = 4 };

        var reports = await Task.WhenAll(_training.Activities.TrainRound(leg, s_ct), other.Activities.TrainRound(leg with { Worker = 1 }, s_ct));

        Assert.All(reports, r => Whole(r, 4));
        Assert.All(reports, r => Assert.True(r.BytesReceived > 0));
        await _training.RunAsync(job, 4, Rounds);
        SynchronousTests.AssertSame(expected, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Fact]
    public async Task Train_OtherWorkerDoesNotCome_ReportsHowFarItCame()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var training = new LocalTraining(_training, time);
        var (expected, spec) = await ExpectedAsync();
        var job = await training.StartAsync(spec, "alone");
        var leg = LocalTraining.At(job, 0) with { Rounds = 4 };

        // Where the app runs one task at a time, the first has given up before the second begins.
        var first = await WaitAsync(training.Activities.TrainRound(leg, s_ct));
        var second = await WaitAsync(training.Activities.TrainRound(leg with { Worker = 1 }, s_ct));

        Assert.Equal((1, 2), (first.Rounds, second.Rounds));
        Assert.Equal(SamplesOf(job, 0), first.UpTo(1).Samples + second.UpTo(1).Samples);
        await training.RunAsync(job, 1, Rounds);
        SynchronousTests.AssertSame(expected, await training.StateAsync(job, LocalTraining.At(job, Rounds)));

        async Task<RoundReport> WaitAsync(Task<RoundReport> task)
        {
            while (!task.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
            return await task;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Train_ALegComesAgainAfterItsReportWasLost_EndsTheSame(bool isProcessNew)
    {
        var (expected, spec) = await ExpectedAsync();
        var job = await _training.StartAsync(spec, "again");
        Assert.All(await LegAsync(LocalTraining.At(job, 0) with { Rounds = 4 }), r => Whole(r, 4));
        Assert.All(await LegAsync(LocalTraining.At(job, 4) with { Rounds = 3 }), r => Whole(r, 3));

        if (isProcessNew)
        {
            _training.Get<WarmWorkers>().Clear();
            _training.Get<Postbox>().Clear();
        }
        var reports = await LegAsync(LocalTraining.At(job, 4) with { Rounds = 4 });

        Assert.All(reports, r => Assert.Equal(1, Whole(r, 4).Rebuilt + (isProcessNew ? 0 : 1)));
        await _training.RunAsync(job, 8, Rounds);
        SynchronousTests.AssertSame(expected, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Fact]
    public async Task Train_ALegsContributionsAreLost_AreComputedAgain()
    {
        var (expected, spec) = await ExpectedAsync();
        var job = await _training.StartAsync(spec, "lost");
        await LegAsync(LocalTraining.At(job, 0) with { Rounds = 4 });

        foreach (var round in new[] { 1, 3 })
            Assert.True(await _training.Store.DeleteAsync(JobFiles.Container, job.Run.Contribution(round, 1, 2), s_ct));
        _training.Get<WarmWorkers>().Clear();
        _training.Get<Postbox>().Clear();
        await _training.RunAsync(job, 4, Rounds);

        SynchronousTests.AssertSame(expected, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Fact]
    public async Task Train_AJobEnds_NothingOfItIsKeptInMemory()
    {
        var (_, spec) = await ExpectedAsync();
        var job = await _training.StartAsync(spec, "ended");
        await LegAsync(LocalTraining.At(job, 0) with { Rounds = 4 });
        Assert.NotNull(_training.Get<Postbox>().Find(job.Run.Contribution(3, 0, 2)));
        Assert.Null(_training.Get<Postbox>().Find(job.Run.Contribution(1, 0, 2)));

        await _training.Activities.ForgetTraining(job.Run, s_ct);

        Assert.Null(_training.Get<Postbox>().Find(job.Run.Contribution(3, 0, 2)));
        Assert.Null(_training.Get<WarmWorkers>().Take(job.Run, 0));
    }

    [Theory]
    [InlineData(8, 8, 0.5, 0.01, 16)] // half a second: twice as many
    [InlineData(8, 8, 0.01, 0, 64)] // very fast rounds: eight times as many, no more at once
    [InlineData(8, 8, 8, 0.1, 1)]
    [InlineData(8, 8, 2, 0.5, 20)] // a slow task hub: ten times what it takes
    [InlineData(8, 8, 20, 9, 6)] // but a quarter of a minute at most
    [InlineData(8, 3, 5, 0, 1)] // cut short
    public void After_ALeg_AimsAtASecondOrTenTimesWhatTheTaskHubTakes(int asked, int reached, double seconds, double overhead, int leg) =>
        Assert.Equal(leg, new Pace(asked).After(asked, reached, seconds, overhead, 1).Leg);

    [Fact]
    public void After_LegsThatAreCutShortAgainAndAgain_AreTriedMoreAndMoreSeldom()
    {
        var (pace, tries, round) = (new Pace(), new List<int>(), 0);
        while (round < 1_000)
        {
            var asked = pace.Leg;
            if (asked > 1)
                tries.Add(round);
            pace = pace.After(asked, 1, 0.1, 0, ++round);
        }

        Assert.Equal([1, 34, 99, 228, 485, 998], tries);
    }

    private async Task<(TrainState State, string Spec)> ExpectedAsync()
    {
        var spec = MoonSpec.Of(""", "workers": 2, "options": { "checkpointEvery": 4 } """, Layers);
        return (await _undisturbed.StateAsync(spec, Rounds), spec);
    }

    private Task<RoundReport[]> LegAsync(RoundTask task) =>
        Task.WhenAll(Enumerable.Range(0, task.Workers).Select(w => Task.Run(() => _training.Activities.TrainRound(task with { Worker = w }, s_ct))));

    private async Task AddUpAsync(TrainingJob job, int round)
    {
        var levels = RoundTree.Levels(job.Spec.Workers);
        for (var level = 1; level < levels.Count; level++)
        {
            for (var i = 0; i < levels[level]; i++)
                await _training.Activities.ReduceRound(new ReduceTask(LocalTraining.At(job, round) with { Worker = i }, level), s_ct);
        }
    }

    private static RoundReport Whole(RoundReport report, int rounds)
    {
        Assert.True(report.Error is null, $"{report.Error}");
        Assert.Equal(rounds, report.Rounds);
        return report.UpTo(rounds);
    }

    private static int SamplesOf(TrainingJob job, int round) => Enumerable.Range(0, job.SliceCount).Sum(s =>
        Math.Clamp(job.Index.Shards[s].Count() - (round % job.Index.RoundsPerEpoch * DataIndex.SliceSize(job.Spec, s)), 0, DataIndex.SliceSize(job.Spec, s)));
}
