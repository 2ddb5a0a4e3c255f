using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Pipeline.Training;

/// <summary>The losses, summed over samples: sums of slices add up to the sum of a batch, means do not.</summary>
internal static class Losses
{
    /// <summary>The loss of outputs, summed.</summary>
    public static Tensor Sum(string loss, Tensor outputs, float[] targets) => loss switch
    {
        "cross-entropy" => functional.cross_entropy(outputs, tensor(Array.ConvertAll(targets, t => (long)t)), reduction: Reduction.Sum),
        "bce" => functional.binary_cross_entropy_with_logits(outputs.squeeze(1), tensor(targets), reduction: Reduction.Sum),
        "huber" => functional.huber_loss(outputs.squeeze(1), tensor(targets), reduction: Reduction.Sum),
        _ => functional.mse_loss(outputs.squeeze(1), tensor(targets), reduction: Reduction.Sum),
    };

    /// <summary>The same for outputs that are not learnt from.</summary>
    public static double Sum(string loss, float[] outputs, float[] targets)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        return Sum(loss, tensor(outputs, [targets.Length, outputs.Length / targets.Length]), targets).item<float>();
    }
}
