using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>A network as built from its layers: what it computes, and where in the flat vectors its weights and buffers are.</summary>
internal sealed class Network
{
    private readonly IReadOnlyList<Layer> _layers;

    internal Network(IReadOnlyList<Layer> layers, IReadOnlyList<TensorSlot> weights, IReadOnlyList<TensorSlot> buffers, IReadOnlyList<string> description)
    {
        _layers = layers;
        (Weights, Buffers, Description) = (weights, buffers, description);
    }

    /// <summary>What is learnt.</summary>
    public IReadOnlyList<TensorSlot> Weights { get; }

    /// <summary>What is kept without being learnt: the statistics of batches.</summary>
    public IReadOnlyList<TensorSlot> Buffers { get; }

    /// <summary>The layers for people, a line each.</summary>
    public IReadOnlyList<string> Description { get; }

    /// <summary>How many weights it has.</summary>
    public int WeightCount => Weights.Sum(w => w.Length);

    /// <summary>How many values its buffers have.</summary>
    public int BufferCount => Buffers.Sum(b => b.Length);

    /// <summary>What it makes of samples.</summary>
    public Tensor Forward(Tensor input, Pass pass) => _layers.Aggregate(input, (x, layer) => layer.Forward(x, pass));

    /// <summary>The first weights: uniform within ±1/√fan-in (as PyTorch has them, LeCun 1998), each tensor from a generator of its own.</summary>
    public float[] FirstWeights(long seed)
    {
        var values = new float[WeightCount];
        foreach (var (index, slot) in Weights.Index())
        {
            var span = values.AsSpan(slot.Offset, slot.Length);
            if (slot.FanIn == 0)
            {
                span.Fill(slot.Start);
                continue;
            }
            var random = new SeededRandom(SeededRandom.Mix((ulong)seed, 0x77656967687473, (ulong)index));
            var bound = 1 / Math.Sqrt(slot.FanIn);
            foreach (ref var value in span)
                value = (float)(bound * ((2 * random.Fraction()) - 1));
        }
        return values;
    }

    /// <summary>The first values of its buffers.</summary>
    public float[] FirstBuffers()
    {
        var values = new float[BufferCount];
        foreach (var slot in Buffers)
            values.AsSpan(slot.Offset, slot.Length).Fill(slot.Start);
        return values;
    }
}
