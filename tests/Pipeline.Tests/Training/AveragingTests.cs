using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Strategies in which workers step by themselves: local SGD and federated averaging.</summary>
[Collection(TorchTests.Name)]
public sealed class AveragingTests : IDisposable
{
    private const string Sgd = """, "optimizer": { "type": "sgd", "learningRate": 0.2, "momentum": 0 } """;
    private const string MomentumSgd = """, "optimizer": { "type": "sgd", "learningRate": 0.2, "momentum": 0.9 } """;

    private readonly LocalTraining _training = new();

    public AveragingTests() => _training.WriteMoons();

    public void Dispose() => _training.Dispose();

    [Theory]
    [InlineData(Sgd)]
    [InlineData(MomentumSgd)]
    [InlineData(""", "optimizer": "adam" """)]
    public async Task LocalSgd_OneWorker_IsSynchronousTraining(string optimizer)
    {
        // The last round of an epoch has fewer steps than the others.
        var local = await _training.TrainEpochsAsync(MoonSpec.Of($$"""{{optimizer}}, "workers": 1, "strategy": { "type": "local-sgd", "steps": 4 } """), 2, "local");
        var synchronous = await _training.TrainEpochsAsync(MoonSpec.Of($$"""{{optimizer}}, "workers": 1 """), 2, "synchronous");

        AssertNear(synchronous.Weights, local.Weights, 1e-4);
    }

    [Fact]
    public async Task LocalSgd_OneStepARound_AveragesWhatTheGradientsWouldHaveDone()
    {
        // Without momentum, the mean of the workers' steps is the step along the mean gradient.
        var local = await _training.TrainAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 4, "strategy": { "type": "local-sgd", "steps": 1 } """), 5, "local");
        var synchronous = await _training.TrainAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 4 """), 5, "synchronous");

        AssertNear(synchronous.Weights, local.Weights, 1e-4);
    }

    [Fact]
    public async Task Federated_OneWorkerThatAlwaysTakesPart_IsPlainSgd()
    {
        var federated = await _training.TrainEpochsAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 1, "strategy": "federated" """), 2, "federated");
        // The same data, the same order and the same batches: one slice of the whole batch.
        var plain = await _training.TrainEpochsAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 1, "options": { "slices": 1 } """), 2, "plain");

        AssertNear(plain.Weights, federated.Weights, 1e-4);
    }

    [Fact]
    public async Task Federated_WorkersOfAColumn_HaveTheRowsOfTheirValueAndCountByThem()
    {
        _training.Write("sites", "select case when i < 200 then 'large' else 'small' end as site, (i % 7) / 7.0 as x, (i % 2)::integer as class from range(230) r(i)");
        var job = await _training.StartAsync("""
            { "kind": "training", "name": "sites", "model": "logistic", "loss": "cross-entropy", "batchSize": 16, "epochs": 2,
              "data": { "dataset": "sites", "features": ["x"], "label": { "column": "class", "classes": 2 } },
              "optimizer": { "type": "sgd", "learningRate": 0.5, "momentum": 0 }, "strategy": { "type": "federated", "shardBy": "site" } }
            """);

        Assert.Equal(["large", "small"], job.Index.Shards.Select(s => s.Name));
        Assert.InRange(job.Index.Shards[0].Count(), 160, 200);
        Assert.InRange(job.Index.Shards[1].Count(), 15, 30);

        await _training.RunAsync(job, 0, 1);
        var after = (await _training.StateAsync(job, LocalTraining.At(job, 1))).Weights;
        var (large, small) = (await AloneAsync(job, 0), await AloneAsync(job, 1));
        var share = job.Index.Shards[0].Count() / (float)job.Index.TrainingCount();
        AssertNear([.. large.Zip(small, (a, b) => (a * share) + (b * (1 - share)))], after, 1e-4);
    }

    [Fact]
    public async Task Federated_WithAPull_StaysNearerToWhereARoundBegan()
    {
        var first = TrainState.First(LocalTraining.Read(MoonSpec.Of()), NetworkBuilder.Build(LocalTraining.Read(MoonSpec.Of()).Model, [2], 2)).Weights;
        var free = await _training.TrainAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 2, "strategy": { "type": "federated", "localEpochs": 3 } """), 1, "free");
        var pulled = await _training.TrainAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 2, "strategy": { "type": "federated", "localEpochs": 3, "proximal": 1 } """), 1, "pulled");

        Assert.True(Distance(pulled.Weights, first) < 0.8 * Distance(free.Weights, first), $"{Distance(pulled.Weights, first)} against {Distance(free.Weights, first)}");
    }

    [Fact]
    public async Task Federated_SomeLeftOut_AveragesThoseThatAreThere()
    {
        var job = await _training.StartAsync(MoonSpec.Of($$"""{{Sgd}}, "workers": 3, "strategy": "federated" """));
        foreach (var worker in new[] { 0, 2 })
            await _training.Activities.TrainRound(LocalTraining.At(job, 0) with { Worker = worker }, CancellationToken.None);

        var closed = await _training.Activities.CloseRound(new CloseTask(LocalTraining.At(job, 0), [0, 2]), CancellationToken.None);

        Assert.Null(closed.Error);
        var after = (await _training.StateAsync(job, LocalTraining.At(job, 1))).Weights;
        var (a, b) = (await AloneAsync(job, 0), await AloneAsync(job, 2));
        var share = job.Index.Shards[0].Count() / (float)(job.Index.Shards[0].Count() + job.Index.Shards[2].Count());
        AssertNear([.. a.Zip(b, (x, y) => (x * share) + (y * (1 - share)))], after, 1e-4);
    }

    [Theory]
    [InlineData("median")]
    [InlineData("trimmed-mean")]
    public void Robust_AFewBadWorkers_PullNothingAway(string aggregate)
    {
        float[][] vectors = [[1, 10], [1.1f, 10.5f], [0.9f, 9.5f], [1, 10], [1e9f, float.NaN]];

        var combined = Robust.Combine(vectors, aggregate == "median" ? null : 0.2);

        Assert.InRange(combined[0], 0.9f, 1.1f);
        Assert.InRange(combined[1], 9.5f, 10.5f);
    }

    [Theory]
    [InlineData(new[] { 3f, 1, 2 }, 2f)]
    [InlineData(new[] { 4f, 1, 2, 3 }, 2.5f)]
    [InlineData(new[] { 7f }, 7f)]
    public void Robust_Median_IsTheMiddle(float[] values, float middle) =>
        Assert.Equal(middle, Robust.Combine([.. values.Select(v => new[] { v })], null)[0]);

    [Fact]
    public async Task Federated_MedianOfRounds_Learns()
    {
        var job = await _training.StartAsync(MoonSpec.Of(""", "workers": 3, "optimizer": { "type": "sgd", "learningRate": 0.3 }, "strategy": { "type": "federated", "aggregate": "median" } """));

        var first = await _training.RunAsync(job, 0, 1);
        var later = await _training.RunAsync(job, 1, 6);

        Assert.True(later.Loss / later.Samples < 0.7 * first.Loss / first.Samples, $"{later.Loss / later.Samples} after {first.Loss / first.Samples}");
    }

    [Fact]
    public void Participants_AFraction_ChangesFromRoundToRoundAndFollowsFromTheSeed()
    {
        var shape = new TrainingShape(1, new StrategySpec(StrategySpec.Federated, Fraction: 0.25), 9, 20, 20, 1, Seed: 3, "accuracy");
        var at = new TrainingCursor("j", "r", shape, default, default, 20, 20, 0, null, 0, new RoundReport(), new RoundReport(), 0, 0, null, new Pace());

        var rounds = Enumerable.Range(0, 9).Select(r => (at with { Round = r }).Participants()).ToList();

        Assert.All(rounds, participants => Assert.Equal(5, participants.Distinct().Count()));
        Assert.True(rounds.Select(p => string.Join(',', p)).Distinct().Count() > 5);
        Assert.Equal(rounds[4], (at with { Round = 4 }).Participants());
    }

    private async Task<float[]> AloneAsync(TrainingJob job, int shard)
    {
        var first = TrainState.First(job.Spec, job.Network);
        using var replica = new Replica(job.Spec, job.Network, first);
        using var worker = new WarmWorker();
        worker.Shards[shard] = await _training.SamplesAsync(job, shard);
        RoundCompute.Contribute(job, replica, worker, shard, shard + 1, CancellationToken.None);
        return replica.State().Weights;
    }

    private static double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum());

    internal static void AssertNear(float[] expected, float[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= relative * Math.Max(0.01, Math.Abs(expected[i])), $"weight {i}: {actual[i]} instead of {expected[i]}");
    }
}
