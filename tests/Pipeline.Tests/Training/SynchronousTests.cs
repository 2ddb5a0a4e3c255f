using Pipeline.Training;
using static TorchSharp.torch;

namespace Pipeline.Tests.Training;

/// <summary>Synchronous training computes what one process would: the same bits for any number of workers, and within rounding what a
/// plain loop over whole batches gives.</summary>
[Collection(TorchTests.Name)]
public sealed class SynchronousTests : IDisposable
{
    private const int Rounds = 14; // more than two epochs

    private readonly LocalTraining _training = new();

    public SynchronousTests() => _training.WriteMoons();

    public void Dispose() => _training.Dispose();

    [Theory]
    [InlineData("""[{ "type": "linear", "units": 8 }, "tanh", "linear"]""", "sgd")]
    [InlineData("""[{ "type": "linear", "units": 8 }, "batch-norm", "relu", { "type": "dropout", "rate": 0.2 }, "linear"]""", "adam")]
    public async Task Train_AnyNumberOfWorkers_HasTheSameBits(string layers, string optimizer)
    {
        var states = new List<TrainState>();
        foreach (var workers in new[] { 1, 2, 3, 4, 8 })
            states.Add(await _training.TrainAsync(MoonSpec.Of($$""", "workers": {{workers}}, "optimizer": "{{optimizer}}" """, layers), Rounds, $"with-{workers}"));

        foreach (var state in states)
            AssertSame(states[0], state);
        Assert.NotEqual(TrainState.First(LocalTraining.Read(MoonSpec.Of(layers: layers)), NetworkBuilder.Build(LocalTraining.Read(MoonSpec.Of(layers: layers)).Model, [2], 2)).Weights, states[0].Weights);
    }

    [Fact]
    public async Task Train_MoreWorkersThanOneTaskReads_AddsUpInATree()
    {
        var alone = await _training.TrainAsync(MoonSpec.Of(""", "workers": 1, "options": { "slices": 20 } """), 3, "alone");

        var many = await _training.TrainAsync(MoonSpec.Of(""", "workers": 20, "options": { "slices": 20 } """), 3, "many");

        AssertSame(alone, many);
    }

    [Theory]
    [InlineData("""{ "type": "sgd", "learningRate": 0.1, "momentum": 0.9, "weightDecay": 0.01 }""", 1)]
    [InlineData("""{ "type": "sgd", "learningRate": 0.1, "momentum": 0.8, "nesterov": true }""", 1)]
    [InlineData("""{ "type": "sgd", "learningRate": 0.2, "momentum": 0 }""", 2)]
    [InlineData("""{ "type": "adam", "learningRate": 0.01 }""", 1)]
    [InlineData("""{ "type": "adamw", "learningRate": 0.01, "weightDecay": 0.1 }""", 3)]
    public async Task Train_SeveralWorkers_IsAPlainLoopOverTheSameBatches(string optimizer, int accumulate)
    {
        var rounds = Rounds / accumulate;
        var spec = MoonSpec.Of($$""", "workers": 2, "optimizer": {{optimizer}}, "strategy": { "type": "synchronous", "accumulate": {{accumulate}} } """);
        var job = await _training.StartAsync(spec);
        await _training.RunAsync(job, 0, rounds);
        var state = await _training.StateAsync(job, LocalTraining.At(job, rounds));

        var plain = await PlainLoopAsync(job, rounds);

        Assert.Equal(plain.Length, state.Weights.Length);
        for (var i = 0; i < plain.Length; i++)
            Assert.True(Math.Abs(plain[i] - state.Weights[i]) <= 1e-4 * Math.Max(0.01, Math.Abs(plain[i])), $"weight {i}: {state.Weights[i]} instead of {plain[i]}");
    }

    [Fact]
    public async Task Train_LongGradients_AreShortened()
    {
        var free = await _training.TrainAsync(MoonSpec.Of(""", "optimizer": { "type": "sgd", "learningRate": 1, "momentum": 0 } """), 1, "free");
        var clipped = await _training.TrainAsync(MoonSpec.Of(""", "optimizer": { "type": "sgd", "learningRate": 1, "momentum": 0 }, "clipNorm": 0.01 """), 1, "clipped");
        var first = TrainState.First(LocalTraining.Read(MoonSpec.Of()), NetworkBuilder.Build(LocalTraining.Read(MoonSpec.Of()).Model, [2], 2)).Weights;

        Assert.True(Length(free.Weights) > 0.02);
        Assert.Equal(0.01, Length(clipped.Weights), 1e-5);

        double Length(float[] weights) => Math.Sqrt(weights.Zip(first, (a, b) => (double)(a - b) * (a - b)).Sum());
    }

    private async Task<float[]> PlainLoopAsync(TrainingJob job, int rounds)
    {
        var (hidden, output) = (nn.Linear(2, 8), nn.Linear(8, 2));
        using var network = nn.Sequential(hidden, nn.Tanh(), output);
        var first = TrainState.First(job.Spec, job.Network).Weights;
        using (no_grad())
        {
            foreach (var (parameter, slot) in network.parameters().Zip(job.Network.Weights))
                parameter.copy_(tensor(first.AsSpan(slot.Offset, slot.Length).ToArray()).view([.. slot.Shape]));
        }
        var o = job.Spec.Optimizer;
        using optim.Optimizer optimizer = o.Type switch
        {
            "sgd" => optim.SGD(network.parameters(), o.LearningRate, o.Momentum, 0, o.WeightDecay, o.Nesterov),
            "adam" => optim.Adam(network.parameters(), o.LearningRate),
            _ => optim.AdamW(network.parameters(), o.LearningRate, weight_decay: o.WeightDecay),
        };
        using var worker = new WarmWorker();
        for (var slice = 0; slice < job.SliceCount; slice++)
            worker.Shards[slice] = await _training.SamplesAsync(job, slice);
        for (var round = 0; round < rounds; round++)
        {
            var (inputs, targets) = (new List<float>(), new List<float>());
            for (var k = 0; k < job.Spec.Strategy.Accumulate; k++)
            {
                var (epoch, inEpoch) = Math.DivRem(round, job.Index.RoundsPerEpoch);
                var batch = (inEpoch * job.Spec.Strategy.Accumulate) + k;
                for (var slice = 0; slice < job.SliceCount; slice++)
                {
                    var size = DataIndex.SliceSize(job.Spec, slice);
                    var order = RoundCompute.Order(job, worker, slice, epoch);
                    var (i, t) = job.Batches.Make(worker.Shards[slice], order.Skip(batch * size).Take(size).ToArray(), slice, epoch);
                    inputs.AddRange(i);
                    targets.AddRange(t);
                }
            }
            optimizer.zero_grad();
            nn.functional.cross_entropy(network.forward(tensor(inputs.ToArray()).view(-1, 2)), tensor(targets.Select(t => (long)t).ToArray())).backward();
            optimizer.step();
        }
        return [.. network.parameters().SelectMany(p => p.detach().flatten().data<float>().ToArray())];
    }

    internal static void AssertSame(TrainState expected, TrainState actual)
    {
        Assert.Equal(expected.Round, actual.Round);
        Assert.True(expected.Weights.AsSpan().SequenceEqual(actual.Weights), "The weights differ.");
        Assert.True(expected.Buffers.AsSpan().SequenceEqual(actual.Buffers), "The buffers differ.");
        foreach (var (a, b) in expected.Slots.Zip(actual.Slots))
            Assert.True(a.AsSpan().SequenceEqual(b), "The optimiser differs.");
    }
}
