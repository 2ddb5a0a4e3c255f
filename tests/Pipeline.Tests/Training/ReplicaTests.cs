using Pipeline.Training;
using TorchSharp;

namespace Pipeline.Tests.Training;

/// <summary>A network in memory: what it holds outside the garbage collector's sight is freed with it.</summary>
[Collection(TorchTests.Name)]
public sealed class ReplicaTests
{
    [Fact]
    public void Dispose_AfterEveryUse_LeavesNoTensorToTheGarbageCollector()
    {
        var spec = LocalTraining.Read(MoonSpec.Of(layers: """[{ "type": "linear", "units": 8 }, "batch-norm", "relu", { "type": "dropout", "rate": 0.2 }, "linear"]"""));
        var network = NetworkBuilder.Build(spec.Model, [2], 2);
        var samples = new Samples(2, isImage: false);
        samples.Numbers.AddRange([1, 2, 3, 4]);
        samples.Labels.AddRange([0, 1]);
        Use(); // The first loads the library, and makes what lives as long as the process.
        var before = Live();

        Use();

        Assert.Equal(before, Live());

        void Use()
        {
            using var replica = new Replica(spec, network, TrainState.First(spec, network));
            replica.Step(replica.Gradient([1, 2, 3, 4], [0, 1], [2, 2], 0, seed: 3), 1, 0.1);
            Assert.Equal(2, replica.Predict(new BatchMaker(spec.Data, Scaling.None), samples, CancellationToken.None).Sum(batch => batch.Targets.Length));
            using var anchor = replica.Anchor();
            Assert.Equal(network.WeightCount, replica.State().Weights.Length);
        }
    }

    // Of this thread; what a scope made, the scope has disposed of.
    private static long Live() => DisposeScopeManager.Statistics.CreatedOutsideScopeCount - DisposeScopeManager.Statistics.DisposedOutsideScopeCount;
}
