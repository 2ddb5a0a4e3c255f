using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>One run of a network over some samples: the weights that it uses, and what it leaves besides its output.</summary>
/// <param name="Weights">The tensors of the network's weights, in their order.</param>
/// <param name="Buffers">The tensors of what the network keeps without learning it, in their order.</param>
/// <param name="Training">Whether it learns: dropout drops, and batches are normalised by their own statistics.</param>
/// <param name="Seed">What dropout follows from.</param>
internal sealed record Pass(IList<Tensor> Weights, IReadOnlyList<Tensor> Buffers, bool Training, ulong Seed = 0)
{
    private ulong _drawn;

    /// <summary>What batches' own statistics were, by the number of the buffer that follows them.</summary>
    public Dictionary<int, Tensor> Statistics { get; } = [];

    /// <summary>A generator of its own for each layer that asks.</summary>
    public Generator NextGenerator() => new(SeededRandom.Mix(Seed, ++_drawn));
}
