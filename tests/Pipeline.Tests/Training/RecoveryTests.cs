using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Whatever is lost on the way, the weights in the end are those of a run that lost nothing, bit by bit.</summary>
[Collection(TorchTests.Name)]
public sealed class RecoveryTests : IClassFixture<UndisturbedRuns>, IDisposable
{
    private const int Rounds = 12;
    private const string Layers = """[{ "type": "linear", "units": 6 }, "batch-norm", "relu", { "type": "dropout", "rate": 0.1 }, "linear"]""";
    private const string Federated = """, "workers": 3, "strategy": { "type": "federated" }, "exchange": { "encoding": "top-k", "share": 0.3 } """;
    private const string Synchronous = """, "workers": 2, "options": { "checkpointEvery": 4 } """;

    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly UndisturbedRuns _undisturbed;
    private readonly LocalTraining _training = new();

    public RecoveryTests(UndisturbedRuns undisturbed)
    {
        _undisturbed = undisturbed;
        _training.WriteMoons();
    }

    public void Dispose() => _training.Dispose();

    public static TheoryData<string> Strategies =>
    [
        Synchronous,
        """, "workers": 3, "strategy": { "type": "synchronous", "accumulate": 2 }, "exchange": { "encoding": "top-k", "share": 0.2 }, "options": { "checkpointEvery": 3 } """,
        """, "workers": 2, "strategy": { "type": "local-sgd", "steps": 2 }, "exchange": "fp16" """,
        Federated,
    ];

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Train_NoWorkerStaysWarm_EndsTheSame(string strategy)
    {
        var (undisturbed, spec) = await UndisturbedAsync(strategy);
        var job = await _training.StartAsync(spec, "cold");

        await _training.RunAsync(job, 0, Rounds, between: _ =>
        {
            _training.Get<WarmWorkers>().Clear();
            return Task.CompletedTask;
        });

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Train_EveryTaskRunsTwice_EndsTheSame(string strategy)
    {
        var (undisturbed, spec) = await UndisturbedAsync(strategy);
        var job = await _training.StartAsync(spec, "twice");

        for (var round = 0; round < Rounds; round++)
        {
            for (var worker = 0; worker < LocalTraining.At(job, 0).Workers; worker++)
                await _training.Activities.TrainRound(LocalTraining.At(job, round) with { Worker = worker }, s_ct);
            await _training.RunAsync(job, round, round + 1);
        }

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Train_ContributionsLostAndDamaged_EndsTheSame(string strategy)
    {
        var (undisturbed, spec) = await UndisturbedAsync(strategy);
        var job = await _training.StartAsync(spec, "lossy");

        await _training.RunAsync(job, 0, Rounds, between: async round =>
        {
            var path = job.Run.Contribution(round, round % 2, LocalTraining.At(job, 0).Workers);
            if (round % 3 == 0)
                Assert.True(await _training.Store.DeleteAsync(JobFiles.Container, path, s_ct));
            else if (round % 3 == 1)
                await DamageAsync(path);
        });

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Fact]
    public async Task Train_NewestCheckpointDamaged_GoesByTheOneBefore()
    {
        var (undisturbed, spec) = await UndisturbedAsync(Synchronous);
        var job = await _training.StartAsync(spec, "damaged");
        await _training.RunAsync(job, 0, 10);

        await DamageAsync(job.Run.Checkpoint(8));
        _training.Get<WarmWorkers>().Clear();
        await _training.RunAsync(job, 10, Rounds);

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Fact]
    public async Task Train_SamplesDamaged_AreMadeAgain()
    {
        var (undisturbed, spec) = await UndisturbedAsync(Synchronous);
        var job = await _training.StartAsync(spec, "samples");
        await _training.RunAsync(job, 0, 5);

        await DamageAsync(job.Run.Data(0));
        _training.Get<WarmWorkers>().Clear();
        await _training.RunAsync(job, 5, Rounds);

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, LocalTraining.At(job, Rounds)));
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(4, 1)]
    [InlineData(1, 8)]
    public async Task Train_NumberOfWorkersChangesAtACheckpoint_EndsTheSame(int before, int after)
    {
        var (undisturbed, _) = await UndisturbedAsync(Synchronous);
        var job = await _training.StartAsync(MoonSpec.Of($$""", "workers": {{before}}, "options": { "checkpointEvery": 4 } """, Layers), "resized");

        await _training.RunAsync(job, 0, 4);
        var resized = LocalTraining.At(job, 4, after) with { WorkersBefore = before, ChangedAt = 4 };
        await _training.RunAsync(job, 4, 6, resized);
        _training.Get<WarmWorkers>().Clear();
        await _training.RunAsync(job, 6, Rounds, resized);

        SynchronousTests.AssertSame(undisturbed, await _training.StateAsync(job, resized with { Round = Rounds }));
    }

    [Fact]
    public async Task Train_LongRun_KeepsOnlyWhatTheLastTwoCheckpointsNeed()
    {
        var job = await _training.StartAsync(MoonSpec.Of(Synchronous, Layers));

        await _training.RunAsync(job, 0, 17);

        var kept = new List<string>();
        await foreach (var blob in _training.Store.ListAsync(JobFiles.Container, job.Run.Folder, s_ct))
            kept.Add(blob.Path[job.Run.Folder.Length..]);
        Assert.Equal(["checkpoints/00000012.bin", "checkpoints/00000016.bin"], kept.Where(p => p.StartsWith("checkpoints/", StringComparison.Ordinal)));
        Assert.Equal("rounds/00000012", kept.First(p => p.StartsWith("rounds/", StringComparison.Ordinal))[..15]);
    }

    [Fact]
    public async Task Train_LongFederatedRun_KeepsOnlyWhatTheLastRoundLeftOut()
    {
        var job = await _training.StartAsync(MoonSpec.Of(Federated, Layers));

        await _training.RunAsync(job, 0, 5);

        for (var worker = 0; worker < 3; worker++)
            Assert.Equal([3, 4], await _training.Get<TrainingState>().RoundsAsync(job.Run.Residuals(worker, 3), s_ct));
    }

    [Fact]
    public void Resized_AWish_IsTakenUpAtACheckpointAndNotTooSoonAfterTheLast()
    {
        var shape = new TrainingShape(1, new StrategySpec(), 9, 2, 8, CheckpointEvery: 10, 1, "accuracy");
        var at = new TrainingCursor("j", "r", shape, default, default, 2, 2, 0, Wanted: 40, 15, new RoundReport(), new RoundReport(), 0, 0, null, new Pace());

        Assert.Equal(at, at.Resized());
        var resized = (at with { Round = 20 }).Resized();
        Assert.Equal((8, 2, 20, null), (resized.Workers, resized.WorkersBefore, resized.ChangedAt, resized.Wanted));
        Assert.Equal(8, (resized with { Wanted = 1, Round = 30 }).Resized().Workers);
        Assert.Equal(1, (resized with { Wanted = 1, Round = 40 }).Resized().Workers);
    }

    private async Task<(TrainState State, string Spec)> UndisturbedAsync(string strategy)
    {
        var spec = MoonSpec.Of(strategy, Layers);
        return (await _undisturbed.StateAsync(spec, Rounds), spec);
    }

    private async Task DamageAsync(string path)
    {
        using var buffer = new MemoryStream();
        await using (var stream = await _training.Store.OpenReadAsync(JobFiles.Container, path, s_ct))
            await stream.CopyToAsync(buffer, s_ct);
        var bytes = buffer.ToArray();
        bytes[bytes.Length / 2] ^= 0x40;
        await _training.Store.WriteAsync(JobFiles.Container, path, new MemoryStream(bytes), WriteCondition.None, s_ct);
    }
}
