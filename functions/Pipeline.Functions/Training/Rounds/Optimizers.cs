using static TorchSharp.torch;

namespace Pipeline.Training;

/// <summary>The optimisers, each a few operations on flat tensors. They compute what PyTorch's own do; those keep their state to
/// themselves, and ours must travel.</summary>
internal static class Optimizers
{
    /// <summary>Moves weights one step.</summary>
    /// <param name="spec">Which, and how.</param>
    /// <param name="weights">The weights; changed.</param>
    /// <param name="gradient">The mean gradient; changed.</param>
    /// <param name="slots">What it keeps between steps; changed.</param>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="rate">The learning rate.</param>
    public static void Step(OptimizerSpec spec, Tensor weights, Tensor gradient, IReadOnlyList<Tensor> slots, int step, double rate)
    {
        if (spec.Type == "adamw")
            weights.mul_(1 - (rate * spec.WeightDecay));
        else if (spec.WeightDecay > 0)
            gradient.add_(weights, alpha: spec.WeightDecay);

        if (spec.Type == "sgd")
        {
            var direction = gradient;
            if (spec.Momentum > 0)
            {
                // The first step is the gradient itself, as the velocity begins at zero.
                slots[0].mul_(spec.Momentum).add_(gradient);
                direction = spec.Nesterov ? gradient.add(slots[0], alpha: spec.Momentum) : slots[0];
            }
            weights.add_(direction, alpha: -rate);
            return;
        }
        var (mean, square) = (slots[0], slots[1]);
        mean.mul_(spec.Beta1).add_(gradient, alpha: 1 - spec.Beta1);
        square.mul_(spec.Beta2).addcmul_(gradient, gradient, 1 - spec.Beta2);
        var scale = Math.Sqrt(1 - Math.Pow(spec.Beta2, step));
        var denominator = square.sqrt().div_(scale).add_(spec.Epsilon);
        weights.addcdiv_(mean, denominator, -rate / (1 - Math.Pow(spec.Beta1, step)));
    }
}
