using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>A network with its weights and optimiser, in memory: what a worker computes with. Weights, buffers and the optimiser's
/// numbers are a flat tensor each; the network's own tensors are views of these.</summary>
internal sealed class Replica : IDisposable
{
    private readonly TrainingSpec _spec;
    private readonly Tensor _weights;
    private readonly Tensor _buffers;
    private readonly List<Tensor> _slots;
    private readonly List<Tensor> _leaves;
    private readonly List<Tensor> _views;

    public Replica(TrainingSpec spec, Network network, TrainState state)
    {
        TorchLibrary.EnsureLoaded();
        (_spec, Network, Round) = (spec, network, state.Round);
        _weights = tensor(state.Weights);
        _buffers = tensor(state.Buffers);
        _slots = [.. state.Slots.Select(s => tensor(s))];
        _leaves = [.. network.Weights.Select(slot => View(_weights, slot).detach().requires_grad_(true))];
        _views = [.. network.Buffers.Select(slot => View(_buffers, slot))];
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>How many rounds of the training are in the weights.</summary>
    public int Round { get; set; }

    /// <summary>How many values a piece of gradients has: one a weight, then one a buffer.</summary>
    public int PieceLength => Network.WeightCount + Network.BufferCount;

    /// <summary>The sum of gradients over some samples, and of their batch statistics.</summary>
    /// <param name="inputs">The inputs, one sample after the other.</param>
    /// <param name="targets">What should come out.</param>
    /// <param name="shape">The shape of the inputs.</param>
    /// <param name="slice">The slice that the samples are of.</param>
    /// <param name="seed">What dropout follows from.</param>
    public Piece Gradient(float[] inputs, float[] targets, long[] shape, int slice, ulong seed)
    {
        set_num_threads(1); // OpenMP keeps the number a thread, and this one may be new.
        using var scope = NewDisposeScope();
        var pass = new Pass(_leaves, _views, Training: true, seed);
        var loss = Losses.Sum(_spec.Loss, Network.Forward(tensor(inputs, shape), pass), targets);
        var values = new float[PieceLength];
        var gradients = autograd.grad([loss], _leaves, allow_unused: true);
        foreach (var (slot, gradient) in Network.Weights.Zip(gradients))
        {
            if (gradient is not null && !gradient.IsInvalid)
                gradient.contiguous().data<float>().CopyTo(values.AsSpan(slot.Offset, slot.Length));
        }
        foreach (var (index, statistic) in pass.Statistics)
        {
            var slot = Network.Buffers[index];
            var target = values.AsSpan(Network.WeightCount + slot.Offset, slot.Length);
            statistic.data<float>().CopyTo(target);
            System.Numerics.Tensors.TensorPrimitives.Multiply(target, (float)targets.Length, target);
        }
        return new Piece(slice, slice + 1, targets.Length, loss.item<float>(), values);
    }

    /// <summary>One step of the optimiser.</summary>
    /// <param name="sum">Gradients and statistics, summed over samples.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="anchor">The weights that FedProx pulls back to; null for none.</param>
    public void Step(Piece sum, int step, double rate, Tensor? anchor = null)
    {
        set_num_threads(1);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var count = Network.WeightCount;
        var gradient = tensor(sum.Values.AsSpan(0, count).ToArray()) / sum.Weight;
        if (anchor is not null)
            gradient.add_(_weights - anchor, alpha: _spec.Strategy.Proximal);
        if (_spec.ClipNorm is { } most && gradient.norm().item<float>() is var length && length > most)
            gradient.mul_(most / length);
        Optimizers.Step(_spec.Optimizer, _weights, gradient, _slots, step, rate);
        if (Network.BufferCount > 0)
            _buffers.mul_(1 - BatchNormLayer.Momentum).add_(tensor(sum.Values.AsSpan(count).ToArray()) / sum.Weight, alpha: BatchNormLayer.Momentum);
    }

    /// <summary>What the network says of samples, at use.</summary>
    public float[] Predict(float[] inputs, long[] shape)
    {
        set_num_threads(1);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return Network.Forward(tensor(inputs, shape), new Pass(_leaves, _views, Training: false)).contiguous().data<float>().ToArray();
    }

    /// <summary>A copy of the weights, to be pulled back to.</summary>
    public Tensor Anchor() => _weights.clone();

    /// <summary>What it has learnt.</summary>
    public TrainState State() => new(Round, _weights.data<float>().ToArray(), _buffers.data<float>().ToArray(), [.. _slots.Select(s => s.data<float>().ToArray())]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _leaves.Concat(_views).Concat(_slots).Append(_weights).Append(_buffers))
            tensor.Dispose();
    }

    private static Tensor View(Tensor flat, TensorSlot slot)
    {
        using var part = flat.narrow(0, slot.Offset, slot.Length);
        return part.view([.. slot.Shape]);
    }
}
