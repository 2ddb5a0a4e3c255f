using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>A network with its weights and optimiser, in memory: what a worker computes with.</summary>
internal sealed class Replica : Predictor
{
    private readonly TrainingSpec _spec;
    private readonly List<Tensor> _slots;

    public Replica(TrainingSpec spec, Network network, TrainState state)
        : base(network, state.Weights, state.Buffers)
    {
        (_spec, Round) = (spec, state.Round);
        _slots = [.. state.Slots.Select(s => tensor(s))];
    }

    /// <summary>How many rounds of the training are in the weights.</summary>
    public int Round { get; set; }

    /// <summary>How many values a piece of gradients has: one a weight, then one a buffer.</summary>
    public int PieceLength => Network.WeightCount + Network.BufferCount;

    /// <summary>How large it is: weights, buffers, and what the optimiser keeps.</summary>
    public long Bytes => sizeof(float) * (((1L + _slots.Count) * Network.WeightCount) + Network.BufferCount);

    /// <summary>The sum of gradients over some samples, and of their batch statistics.</summary>
    /// <param name="inputs">The inputs, one sample after the other.</param>
    /// <param name="targets">What should come out.</param>
    /// <param name="shape">The shape of the inputs.</param>
    /// <param name="slice">The slice that the samples are of.</param>
    /// <param name="seed">What dropout follows from.</param>
    public Piece Gradient(ReadOnlySpan<float> inputs, float[] targets, long[] shape, int slice, ulong seed)
    {
        set_num_threads(1); // OpenMP keeps the number a thread, and this one may be new.
        using var scope = NewDisposeScope();
        var pass = new Pass(Leaves, Views, Training: true, seed);
        var loss = Losses.Sum(_spec.Loss, Network.Forward(Input(inputs, shape), pass), targets);
        var values = new float[PieceLength];
        var gradients = autograd.grad([loss], Leaves, allow_unused: true);
        foreach (var (slot, gradient) in Network.Weights.Zip(gradients))
        {
            if (gradient is not null && !gradient.IsInvalid)
                Values(gradient).CopyTo(values.AsSpan(slot.Offset, slot.Length));
        }
        foreach (var (index, statistic) in pass.Statistics)
        {
            var slot = Network.Buffers[index];
            var target = values.AsSpan(Network.WeightCount + slot.Offset, slot.Length);
            Values(statistic).CopyTo(target);
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
        var gradient = Filled(sum.Values.AsSpan(0, count), count).div_(sum.Weight);
        if (anchor is not null)
            gradient.add_(Weights - anchor, alpha: _spec.Strategy.Proximal);
        if (_spec.ClipNorm is { } most && gradient.norm().item<float>() is var length && length > most)
            gradient.mul_(most / length);
        Optimizers.Step(_spec.Optimizer, Weights, gradient, _slots, step, rate);
        if (Network.BufferCount > 0)
            Buffers.mul_(1 - BatchNormLayer.Momentum).add_(Filled(sum.Values.AsSpan(count), Network.BufferCount).div_(sum.Weight), alpha: BatchNormLayer.Momentum);
    }

    /// <summary>A copy of the weights, to be pulled back to.</summary>
    public Tensor Anchor() => Weights.clone();

    /// <summary>What it has learnt.</summary>
    public TrainState State()
    {
        using var scope = NewDisposeScope();
        return new(Round, Values(Weights).ToArray(), Values(Buffers).ToArray(), [.. _slots.Select(s => Values(s).ToArray())]);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var slot in _slots)
            slot.Dispose();
        base.Dispose();
    }
}
