using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>A network with its weights in memory. Weights and buffers are a flat tensor each; the network's own tensors are views of
/// these.</summary>
internal class Predictor : IDisposable
{
    // Of what is looked at in one go: samples, and numbers of large ones.
    private const int MostSamples = 256;
    private const int MostInputs = 1 << 24;

    public Predictor(Network network, float[] weights, float[] buffers)
    {
        TorchLibrary.EnsureLoaded();
        Network = network;
        Weights = tensor(weights);
        Buffers = tensor(buffers);
        Leaves = [.. network.Weights.Select(slot => Leaf(Weights, slot))];
        Views = [.. network.Buffers.Select(slot => View(Buffers, slot))];
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    protected Tensor Weights { get; }

    protected Tensor Buffers { get; }

    protected IList<Tensor> Leaves { get; }

    protected IReadOnlyList<Tensor> Views { get; }

    /// <summary>What the network says of samples, at use: some of them at a time, in their order.</summary>
    /// <param name="batches">Makes inputs of samples.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>For each batch its outputs, and the targets that stand beside them.</returns>
    public IEnumerable<(float[] Outputs, float[] Targets)> Predict(BatchMaker batches, Samples samples, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(MostInputs / batches.InputWidth, 1, MostSamples);
        for (var first = 0; first < samples.Count; first += most)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] positions = [.. Enumerable.Range(first, Math.Min(most, samples.Count - first))];
            var (inputs, targets) = batches.Make(samples, positions, 0, epoch: null);
            yield return (Predict(inputs, batches.Shape(positions.Length)), targets);
        }
    }

    private float[] Predict(ReadOnlySpan<float> inputs, long[] shape)
    {
        set_num_threads(1); // OpenMP keeps the number a thread, and this one may be new.
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return Values(Network.Forward(Input(inputs, shape), new Pass(Leaves, Views, Training: false))).ToArray();
    }

    /// <summary>Inputs as a tensor. Images lie in memory with their channels last, which all layers behind keep up: PyTorch pools such
    /// images many times as fast, and trains on them nearly twice as fast.</summary>
    protected static Tensor Input(ReadOnlySpan<float> inputs, long[] shape) => shape switch
    {
        // With a single channel both orders are one, and only the shape tells which is meant.
        [var count, 1, var height, var width] => Filled(inputs, [count, height, width, 1]).permute(0, 3, 1, 2),
        [_, _, _, _] => Filled(inputs, shape).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2),
        _ => Filled(inputs, shape),
    };

    /// <summary>Values as a tensor, in memory of PyTorch's own: of an array TorchSharp would make another one first.</summary>
    protected static Tensor Filled(ReadOnlySpan<float> values, params long[] shape)
    {
        var filled = empty(shape);
        values.CopyTo(Values(filled));
        return filled;
    }

    /// <summary>A tensor's values, for as long as it lives. As one block: TorchSharp's own accessor goes value by value.</summary>
    protected static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        foreach (var tensor in Leaves.Concat(Views).Append(Weights).Append(Buffers))
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    // Whatever tensor is left to the garbage collector keeps the memory that it looks at: all weights, in memory that the collector does not see.
    private static Tensor Leaf(Tensor flat, TensorSlot slot)
    {
        using var view = View(flat, slot);
        return view.detach().requires_grad_(true);
    }

    private static Tensor View(Tensor flat, TensorSlot slot)
    {
        using var part = flat.narrow(0, slot.Offset, slot.Length);
        return part.view([.. slot.Shape]);
    }
}
