using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Training;

/// <summary>Full connection of all inputs with all outputs.</summary>
internal sealed class LinearLayer(string name, int weight, int? bias) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass) => linear(input, pass.Weights[weight], bias is { } b ? pass.Weights[b] : null);
}

/// <summary>Convolution over height and width.</summary>
internal sealed class ConvolutionLayer(string name, int weight, int? bias, LayerSpec spec) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass) =>
        conv2d(input, pass.Weights[weight], bias is { } b ? pass.Weights[b] : null, strides: [spec.Stride, spec.Stride], padding: [spec.Padding, spec.Padding]);
}

/// <summary>The greatest or the mean value of each window.</summary>
internal sealed class PoolingLayer(string name, LayerSpec spec) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass) => spec.Type == "max-pool"
        ? max_pool2d(input, [spec.Kernel, spec.Kernel], [spec.Stride, spec.Stride])
        : avg_pool2d(input, [spec.Kernel, spec.Kernel], [spec.Stride, spec.Stride]);
}

/// <summary>A layer without weights that looks at each sample by itself.</summary>
internal sealed class FunctionLayer(string name, Func<Tensor, Tensor> function) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass) => function(input);
}

/// <summary>Normalises each channel over the samples of a slice; at use, by what training has seen on the whole.</summary>
internal sealed class BatchNormLayer(string name, int scale, int shift, int mean, int variance) : Layer(name)
{
    /// <summary>How much of the newest statistics goes into those that are kept.</summary>
    public const double Momentum = 0.1;

    private const double Epsilon = 1e-5;

    public override Tensor Forward(Tensor input, Pass pass)
    {
        if (!pass.Training)
            return batch_norm(input, pass.Buffers[mean], pass.Buffers[variance], pass.Weights[scale], pass.Weights[shift], training: false, eps: Epsilon);
        // With a momentum of one, what comes back is the statistics of these very samples.
        var newMean = zeros_like(pass.Buffers[mean]);
        var newVariance = ones_like(pass.Buffers[variance]);
        var output = batch_norm(input, newMean, newVariance, pass.Weights[scale], pass.Weights[shift], training: true, momentum: 1, eps: Epsilon);
        pass.Statistics[mean] = newMean;
        pass.Statistics[variance] = newVariance;
        return output;
    }
}

/// <summary>Normalises each sample over all its values.</summary>
internal sealed class LayerNormLayer(string name, int scale, int shift, long[] shape) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass) => layer_norm(input, shape, pass.Weights[scale], pass.Weights[shift]);
}

/// <summary>Drops a share of the values in training, and enlarges the others by as much.</summary>
internal sealed class DropoutLayer(string name, double rate) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass)
    {
        if (!pass.Training || rate == 0)
            return input;
        using var generator = pass.NextGenerator();
        return input * rand(input.shape, generator: generator).ge(rate).to(ScalarType.Float32) * (1 / (1 - rate));
    }
}

/// <summary>Adds what its layers make of the input to the input itself, which is projected where shapes differ.</summary>
internal sealed class ResidualLayer(string name, IReadOnlyList<Layer> layers, Layer? projection) : Layer(name)
{
    public override Tensor Forward(Tensor input, Pass pass)
    {
        var output = layers.Aggregate(input, (x, layer) => layer.Forward(x, pass));
        return output + (projection is null ? input : projection.Forward(input, pass));
    }
}
