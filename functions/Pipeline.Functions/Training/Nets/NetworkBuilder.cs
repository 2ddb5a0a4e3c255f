using Pipeline.Jobs;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Pipeline.Training;

/// <summary>Builds a network from its layers' specs. Shapes are inferred from layer to layer; one that does not fit is named.</summary>
internal sealed class NetworkBuilder
{
    // A layer of a size that nobody means would take all memory before it fails. With what an optimiser keeps of them, twice as many numbers,
    // the weights are one blob and one array of bytes.
    private const long MostWeights = 150_000_000;

    // What a layer makes of one sample.
    private const long MostValues = 100_000_000;

    private readonly List<TensorSlot> _weights = [];
    private readonly List<TensorSlot> _buffers = [];
    private readonly List<string> _description = [];
    private readonly int _outputs;

    private NetworkBuilder(int outputs) => _outputs = outputs;

    /// <summary>Builds a network.</summary>
    /// <param name="model">Its layers.</param>
    /// <param name="input">The shape of one input: numbers, or channels, height and width.</param>
    /// <param name="outputs">How many numbers it must give.</param>
    /// <exception cref="SpecException">A layer does not fit; the fault names it.</exception>
    public static Network Build(ModelSpec model, IReadOnlyList<int> input, int outputs)
    {
        var builder = new NetworkBuilder(outputs);
        var (layers, shape) = builder.Sequence(model.Layers, input, "/model/layers", "");
        if (shape.Count != 1 || shape[0] != outputs)
        {
            var last = model.Layers.Count - 1;
            throw new SpecException($"/model/layers/{last}", $"Layer {last} ({model.Layers[last].Type}) ends the network with {Show(shape)}, but the loss needs {outputs} "
                + $"{(outputs == 1 ? "output" : "outputs")}. End with a linear layer; without 'units' it has as many outputs as are needed.");
        }
        return new Network(layers, builder._weights, builder._buffers, builder._description);
    }

    private (List<Layer> Layers, IReadOnlyList<int> Shape) Sequence(IReadOnlyList<LayerSpec> specs, IReadOnlyList<int> shape, string pointer, string prefix)
    {
        var layers = new List<Layer>();
        foreach (var (index, spec) in specs.Index())
        {
            var name = $"{prefix}{index}";
            var line = _description.Count;
            _description.Add("");
            var before = _weights.Sum(w => (long)w.Length);
            var (layer, output) = Build(spec, shape, $"{pointer}/{index}", name);
            if (output.Aggregate(1L, (a, b) => a * b) is var values && values > MostValues)
                throw Misfit($"{pointer}/{index}", name, spec, $"makes {Show(output)} = {values:N0} values of a sample; {MostValues:N0} are allowed. Use fewer filters, or longer steps before it.");
            var learnt = _weights.Sum(w => (long)w.Length) - before;
            _description[line] = $"{name} {spec.Type}: {Show(shape)} → {Show(output)}{(learnt > 0 ? $", {learnt:N0} weights" : "")}";
            // The greatest of values cut off at zero is their greatest, cut off at zero: the same bits, gradients too. Behind the pooling there
            // are far fewer values, and a network of convolutions learns a fifth faster.
            var swaps = spec.Type == "max-pool" && index > 0 && specs[index - 1].Type == "relu";
            layers.Insert(swaps ? layers.Count - 1 : layers.Count, layer);
            shape = output;
        }
        return (layers, shape);
    }

    private (Layer Layer, IReadOnlyList<int> Shape) Build(LayerSpec spec, IReadOnlyList<int> shape, string pointer, string name)
    {
        var title = $"{name}:{spec.Type}";
        switch (spec.Type)
        {
            case "linear":
                Need(shape, 1, spec, pointer, name, "numbers in a row. Put a 'flatten' layer before it");
                var units = spec.Units ?? _outputs;
                var weight = Weight($"{name}.weight", [units, shape[0]], shape[0], pointer);
                int? bias = spec.Bias ? Weight($"{name}.bias", [units], shape[0], pointer) : null;
                return (new LinearLayer(title, weight, bias), [units]);
            case "conv2d":
                Need(shape, 3, spec, pointer, name, "images. It cannot come after 'flatten' or a linear layer, nor where 'data' has 'features'");
                return Convolution(spec, shape, pointer, name);
            case "max-pool" or "average-pool":
                Need(shape, 3, spec, pointer, name, "images. It cannot come after 'flatten' or a linear layer, nor where 'data' has 'features'");
                return (new PoolingLayer(title, spec), Window(spec, shape, shape[0], pointer, name));
            case "global-average-pool":
                Need(shape, 3, spec, pointer, name, "images. It cannot come after 'flatten' or a linear layer, nor where 'data' has 'features'");
                return (new FunctionLayer(title, x => x.mean([2, 3])), [shape[0]]);
            case "flatten":
                return (new FunctionLayer(title, x => x.flatten(1)), [shape.Aggregate(1, (a, b) => a * b)]);
            case "batch-norm":
                var (scale, shift) = (Slot(_weights, $"{name}.weight", [shape[0]], 0, 1, pointer), Slot(_weights, $"{name}.bias", [shape[0]], 0, 0, pointer));
                var (mean, variance) = (Slot(_buffers, $"{name}.running_mean", [shape[0]], 0, 0, pointer), Slot(_buffers, $"{name}.running_var", [shape[0]], 0, 1, pointer));
                return (new BatchNormLayer(title, scale, shift, mean, variance), shape);
            case "layer-norm":
                var whole = shape.Select(s => (long)s).ToArray();
                return (new LayerNormLayer(title, Slot(_weights, $"{name}.weight", whole, 0, 1, pointer), Slot(_weights, $"{name}.bias", whole, 0, 0, pointer), whole), shape);
            case "dropout":
                return (new DropoutLayer(title, spec.Rate), shape);
            case "residual":
                return Residual(spec, shape, pointer, name);
            default:
                return (new FunctionLayer(title, Activation(spec.Type)), shape);
        }
    }

    private (Layer Layer, IReadOnlyList<int> Shape) Convolution(LayerSpec spec, IReadOnlyList<int> shape, string pointer, string name)
    {
        var output = Window(spec, shape, spec.Filters, pointer, name);
        var fanIn = shape[0] * spec.Kernel * spec.Kernel;
        var weight = Weight($"{name}.weight", [spec.Filters, shape[0], spec.Kernel, spec.Kernel], fanIn, pointer);
        int? bias = spec.Bias ? Weight($"{name}.bias", [spec.Filters], fanIn, pointer) : null;
        return (new ConvolutionLayer($"{name}:conv2d", weight, bias, spec), output);
    }

    private (Layer Layer, IReadOnlyList<int> Shape) Residual(LayerSpec spec, IReadOnlyList<int> shape, string pointer, string name)
    {
        var (layers, output) = Sequence(spec.Layers, shape, $"{pointer}/layers", $"{name}.");
        Layer? projection = null;
        if (!output.SequenceEqual(shape))
        {
            var step = output.Count == 3 && shape.Count == 3 && output[1] > 0 ? (shape[1] + output[1] - 1) / output[1] : 0;
            var shortcut = new LayerSpec("conv2d") { Filters = output[0], Kernel = 1, Stride = Math.Max(step, 1), Bias = false };
            if (output.Count == 1 && shape.Count == 1)
                projection = new LinearLayer($"{name}:residual", Weight($"{name}.shortcut.weight", [output[0], shape[0]], shape[0], pointer), null);
            else if (step > 0 && Size(shape[1], shortcut) == output[1] && Size(shape[2], shortcut) == output[2])
                projection = Convolution(shortcut, shape, pointer, $"{name}.shortcut").Layer;
            else
                throw Misfit(pointer, name, spec, $"makes {Show(output)} of {Show(shape)}, to which its input cannot be added. Pad its convolutions so that height and width stay, or shrink by a whole step.");
        }
        return (new ResidualLayer($"{name}:residual", layers, projection), output);
    }

    private static IReadOnlyList<int> Window(LayerSpec spec, IReadOnlyList<int> shape, int channels, string pointer, string name)
    {
        var (height, width) = (Size(shape[1], spec), Size(shape[2], spec));
        return height > 0 && width > 0
            ? [channels, height, width]
            : throw Misfit(pointer, name, spec, $"has a window of {spec.Kernel} × {spec.Kernel}, which is larger than its input, {Show(shape)}{(spec.Padding > 0 ? $", with {spec.Padding} of padding" : "")}. Use a smaller kernel, more padding or fewer pooling layers before it.");
    }

    private static int Size(int input, LayerSpec spec) => input + (2 * spec.Padding) < spec.Kernel ? 0 : ((input + (2 * spec.Padding) - spec.Kernel) / spec.Stride) + 1;

    private static void Need(IReadOnlyList<int> shape, int dimensions, LayerSpec spec, string pointer, string name, string what)
    {
        if (shape.Count != dimensions)
            throw Misfit(pointer, name, spec, $"is given {Show(shape)}, but takes {what}.");
    }

    private int Weight(string name, long[] shape, int fanIn, string pointer) => Slot(_weights, name, shape, fanIn, 0, pointer);

    private static int Slot(List<TensorSlot> slots, string name, long[] shape, int fanIn, float start, string pointer)
    {
        var offset = slots.Sum(w => w.Length);
        var total = offset + shape.Aggregate(1L, (a, b) => a * b);
        if (total > MostWeights)
            throw new SpecException(pointer, $"The network has {total:N0} weights up to here; {MostWeights:N0} are allowed.");
        slots.Add(new TensorSlot(name, shape, offset, fanIn, start));
        return slots.Count - 1;
    }

    private static Func<Tensor, Tensor> Activation(string type) => type switch
    {
        "relu" => x => relu(x),
        "leaky-relu" => x => leaky_relu(x, 0.01),
        "gelu" => x => gelu(x),
        "silu" => x => silu(x),
        "tanh" => x => x.tanh(),
        "sigmoid" => x => x.sigmoid(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such layer."),
    };

    private static SpecException Misfit(string pointer, string name, LayerSpec spec, string what) => new(pointer, $"Layer {name} ({spec.Type}) {what}");

    private static string Show(IReadOnlyList<int> shape) => shape.Count == 1 ? $"{shape[0]} {(shape[0] == 1 ? "number" : "numbers")}" : string.Join(" × ", shape);
}
