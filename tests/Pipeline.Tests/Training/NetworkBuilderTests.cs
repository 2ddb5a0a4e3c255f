using Pipeline.Jobs;
using Pipeline.Training;
using static TorchSharp.torch;

namespace Pipeline.Tests.Training;

/// <summary>Shapes are inferred from layer to layer, and one that does not fit is named; gradients are those of the function.</summary>
[Collection(TorchTests.Name)]
public class NetworkBuilderTests
{
    private static readonly LayerSpec Linear = new("linear");

    [Theory]
    [InlineData("logistic", 7_850)]
    [InlineData("mlp", 109_386)]
    [InlineData("lenet", 61_706)]
    [InlineData("resnet-small", 77_562)]
    public void Build_Preset_HasItsWeights(string preset, int weights) =>
        Assert.Equal(weights, NetworkBuilder.Build(new ModelSpec(ModelSpec.Preset(preset)), [1, 28, 28], 10).WeightCount);

    public static TheoryData<string, string, string> Misfits => new()
    {
        { """[{ "type": "conv2d", "filters": 4 }, "linear"]""", "/model/layers/1", "Layer 1 (linear) is given 4 × 6 × 6" },
        { """["flatten", { "type": "conv2d", "filters": 4 }, "linear"]""", "/model/layers/1", "Layer 1 (conv2d) is given 64 numbers" },
        { """[{ "type": "max-pool" }, { "type": "conv2d", "filters": 4, "kernel": 5 }, "flatten", "linear"]""", "/model/layers/1", "window of 5 × 5" },
        { """["flatten", { "type": "linear", "units": 7 }]""", "/model/layers/1", "7 numbers, but the loss needs 3" },
        { """[{ "type": "residual", "layers": [{ "type": "conv2d", "filters": 4, "kernel": 2 }] }, "flatten", "linear"]""", "/model/layers/0", "cannot be added" },
        { """[{ "type": "residual", "layers": ["flatten", { "type": "conv2d", "filters": 2 }] }, "linear"]""", "/model/layers/0/layers/1", "Layer 0.1 (conv2d)" },
        { """["flatten", { "type": "linear", "units": 100000 }, { "type": "linear", "units": 100000 }, "linear"]""", "/model/layers/2", "weights up to here" },
        { $"""[{Widen(1)}, {Widen(1)}, {Widen(1)}, {Widen(1)}, {Widen(2048)}, "layer-norm", "layer-norm", "flatten", "linear"]""", "/model/layers/6", "weights up to here" },
        { $"""[{Widen(1)}, {Widen(1)}, {Widen(1)}, {Widen(1)}, {Widen(4096)}, "layer-norm", "flatten", "linear"]""", "/model/layers/4", "4096 × 158 × 158 = 102,252,544 values of a sample" },
    };

    private static string Widen(int filters) => $$"""{ "type": "conv2d", "filters": {{filters}}, "kernel": 1, "padding": 15 }""";

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Build_ALayerThatDoesNotFit_IsNamed(string layers, string pointer, string says)
    {
        var faults = new List<SpecFault>();
        var document = System.Text.Json.JsonDocument.Parse($$"""{ "layers": {{layers}} }""");
        var model = new ModelSpec(LayerSpec.ReadAll(SpecReader.Open(document.RootElement, faults), "layers", required: true));
        Assert.Empty(faults);

        var thrown = Assert.Throws<SpecException>(() => NetworkBuilder.Build(model, [1, 8, 8], 3));

        Assert.Equal(pointer, thrown.Faults[0].Pointer);
        Assert.Contains(says, thrown.Faults[0].Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string> Networks =>
    [
        """["flatten", { "type": "linear", "units": 5 }, "tanh", "linear"]""",
        """[{ "type": "conv2d", "filters": 3, "padding": 1 }, "gelu", "average-pool", "flatten", "linear"]""",
        """[{ "type": "conv2d", "filters": 3, "stride": 2 }, "silu", "global-average-pool", "linear"]""",
        """[{ "type": "conv2d", "filters": 2, "kernel": 2, "bias": false }, { "type": "max-pool", "kernel": 2, "stride": 1 }, "flatten", "linear"]""",
        """[{ "type": "conv2d", "filters": 2 }, "batch-norm", "sigmoid", "flatten", "linear"]""",
        """["flatten", "layer-norm", { "type": "linear", "units": 6 }, "leaky-relu", "batch-norm", "linear"]""",
        """[{ "type": "residual", "layers": [{ "type": "conv2d", "filters": 2, "padding": 1, "stride": 2 }, "tanh"] }, "flatten", "linear"]""",
        """["flatten", { "type": "dropout", "rate": 0.3 }, { "type": "linear", "units": 4 }, "tanh", { "type": "residual", "layers": [{ "type": "linear", "units": 4 }, "tanh"] }, "linear"]""",
    ];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradient_OfANetwork_IsThatOfNumericalDifferentiation(string layers)
    {
        var spec = LocalTraining.Read($$"""
            { "kind": "training", "name": "n", "data": { "dataset": "d", "image": { "column": "c", "width": 4, "height": 4 }, "label": { "column": "l", "classes": 3 } },
              "model": { "layers": {{layers}} }, "loss": "cross-entropy" }
            """);
        var network = NetworkBuilder.Build(spec.Model, [1, 4, 4], 3);
        var random = new SeededRandom(11);
        var inputs = Enumerable.Range(0, 6 * 16).Select(_ => (float)random.Fraction()).ToArray();
        var targets = Enumerable.Range(0, 6).Select(i => (float)(i % 3)).ToArray();
        var first = TrainState.First(spec, network);

        var gradient = Loss(first.Weights).Values;

        // Of what is there, some weights of every tensor: differences of single floats are good to a few digits.
        foreach (var slot in network.Weights)
        {
            for (var i = 0; i < Math.Min(slot.Length, 5); i++)
            {
                var at = slot.Offset + (i * 7919 % slot.Length);
                const float Step = 4e-3f;
                var numerical = (Loss(Moved(at, Step)).Loss - Loss(Moved(at, -Step)).Loss) / (2 * Step);
                Assert.True(Math.Abs(numerical - gradient[at]) < 0.02 + (0.03 * Math.Abs(numerical)), $"{slot.Name}[{at}]: {gradient[at]} instead of {numerical}");
            }
        }

        Piece Loss(float[] weights)
        {
            using var replica = new Replica(spec, network, first with { Weights = weights });
            return replica.Gradient(inputs, targets, [6, 1, 4, 4], 0, seed: 3);
        }

        float[] Moved(int at, float by)
        {
            var weights = (float[])first.Weights.Clone();
            weights[at] += by;
            return weights;
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void Gradient_ReluBeforeMaxPooling_HasTheBitsOfTheLayersInTheirOrder(int kernel, int stride)
    {
        var random = new SeededRandom(7);
        var inputs = Enumerable.Range(0, 8 * 3 * 6 * 6).Select(_ => (float)(random.Fraction() - 0.5)).ToArray();
        var targets = Enumerable.Range(0, 8).Select(i => (float)(i % 3)).ToArray();

        // A layer that does nothing stands between, so that the order stays as it is written.
        var (fast, slow) = (Gradient(""), Gradient("""{ "type": "dropout", "rate": 0 }, """));

        Assert.True(fast.Values.AsSpan().ContainsAnyExcept(0));
        Assert.True(slow.Values.AsSpan().SequenceEqual(fast.Values), "The gradients differ.");
        Assert.Equal(slow.Loss, fast.Loss);

        Piece Gradient(string between)
        {
            var spec = LocalTraining.Read($$"""
                { "kind": "training", "name": "n", "data": { "dataset": "d", "image": { "column": "c", "width": 6, "height": 6, "channels": 3 }, "label": { "column": "l", "classes": 3 } },
                  "model": { "layers": [{ "type": "conv2d", "filters": 5, "padding": 1 }, "relu", {{between}}{ "type": "max-pool", "kernel": {{kernel}}, "stride": {{stride}} }, "flatten", "linear"] }, "loss": "cross-entropy" }
                """);
            var network = NetworkBuilder.Build(spec.Model, [3, 6, 6], 3);
            using var replica = new Replica(spec, network, TrainState.First(spec, network));
            return replica.Gradient(inputs, targets, [8, 3, 6, 6], 0, seed: 3);
        }
    }

    [Theory]
    [InlineData("cross-entropy", 3)]
    [InlineData("bce", 1)]
    [InlineData("mse", 1)]
    [InlineData("huber", 1)]
    public void Gradient_OfEachLossOnColourImages_IsThatOfPlainTorchSharp(string loss, int outputs)
    {
        const int Count = 5;
        var spec = LocalTraining.Read($$"""
            { "kind": "training", "name": "n", "data": { "dataset": "d", "image": { "column": "c", "width": 6, "height": 4, "channels": 3 }, "label": {{(outputs > 1 ? """{ "column": "l", "classes": 3 }""" : "\"l\"")}} },
              "model": { "layers": [{ "type": "conv2d", "filters": 4, "padding": 1 }, "relu", "max-pool", "flatten", "linear"] }, "loss": "{{loss}}" }
            """);
        var network = NetworkBuilder.Build(spec.Model, [3, 4, 6], outputs);
        var random = new SeededRandom(5);
        var inputs = Enumerable.Range(0, Count * 3 * 4 * 6).Select(_ => (float)random.Fraction()).ToArray();
        var targets = Enumerable.Range(0, Count).Select(i => (float)(loss is "mse" or "huber" ? 3 * random.Fraction() : i % Math.Max(outputs, 2))).ToArray();
        var first = TrainState.First(spec, network);
        using var replica = new Replica(spec, network, first);

        var piece = replica.Gradient(inputs, targets, [Count, 3, 4, 6], 0, seed: 3);

        using var plain = nn.Sequential(nn.Conv2d(3, 4, 3, padding: 1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 2 * 3, outputs));
        using (no_grad())
        {
            foreach (var (parameter, slot) in plain.parameters().Zip(network.Weights))
                parameter.copy_(tensor(first.Weights.AsSpan(slot.Offset, slot.Length).ToArray()).view([.. slot.Shape]));
        }
        var said = plain.forward(tensor(inputs, [Count, 3, 4, 6]));
        var sum = loss switch
        {
            "cross-entropy" => nn.functional.cross_entropy(said, tensor(targets.Select(t => (long)t).ToArray()), reduction: nn.Reduction.Sum),
            "bce" => -(tensor(targets) * said.squeeze(1).sigmoid().log() + (1 - tensor(targets)) * (1 - said.squeeze(1).sigmoid()).log()).sum(),
            "mse" => (said.squeeze(1) - tensor(targets)).square().sum(),
            _ => nn.functional.smooth_l1_loss(said.squeeze(1), tensor(targets), nn.Reduction.Sum),
        };
        sum.backward();
        Assert.Equal(sum.item<float>(), piece.Loss, 1e-4);
        var expected = plain.parameters().SelectMany(p => p.grad!.flatten().data<float>().ToArray()).ToArray();
        Assert.Equal(expected.Length, network.WeightCount);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], piece.Values[i], 1e-4);
    }

    [Fact]
    public void FirstWeights_OfOneSeed_AreAlwaysTheSame()
    {
        var network = NetworkBuilder.Build(new ModelSpec([new("linear") { Units = 4 }, Linear]), [3], 2);

        Assert.Equal(network.FirstWeights(5), network.FirstWeights(5));
        Assert.NotEqual(network.FirstWeights(5), network.FirstWeights(6));
        Assert.All(network.FirstWeights(5).Take(12), w => Assert.InRange(Math.Abs(w), 0, 1 / Math.Sqrt(3)));
    }
}
