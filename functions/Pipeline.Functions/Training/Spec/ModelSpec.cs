using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>A network: its layers, whether written out or from a preset.</summary>
/// <param name="Layers">The layers, first to last.</param>
public sealed record ModelSpec(IReadOnlyList<LayerSpec> Layers)
{
    private static readonly LayerSpec Relu = new("relu");
    private static readonly LayerSpec Flatten = new("flatten");

    /// <summary>The names of ready-made networks.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["logistic", "mlp", "lenet", "resnet-small"];

    internal static ModelSpec Read(SpecReader reader)
    {
        var preset = reader.Choice("preset", Presets, about: "A ready-made network; or there are layers.");
        var layers = LayerSpec.ReadAll(reader, "layers", required: false);
        if (preset is not null && reader.Has("layers"))
            reader.Fault("layers", "A model has a preset or layers, not both. Remove one.");
        else if (preset is null && !reader.Has("layers"))
            reader.Fault("layers", "The field 'layers' is missing.");
        else if (preset is null && layers.Count == 0)
            reader.Fault("layers", "It must have at least one layer.");
        reader.End();
        return new ModelSpec(preset is null ? layers : Preset(preset));
    }

    /// <summary>The layers of a ready-made network.</summary>
    internal static IReadOnlyList<LayerSpec> Preset(string name) => name switch
    {
        "logistic" => [Flatten, Linear(null)],
        "mlp" => [Flatten, Linear(128), Relu, Linear(64), Relu, Linear(null)],
        "lenet" =>
        [
            Convolution(6, 5, padding: 2), Relu, Pool, Convolution(16, 5), Relu, Pool,
            Flatten, Linear(120), Relu, Linear(84), Relu, Linear(null),
        ],
        "resnet-small" =>
        [
            Convolution(16, 3, padding: 1, bias: false), new("batch-norm"), Relu,
            Block(16, 1), Relu, Block(32, 2), Relu, Block(64, 2), Relu,
            new("global-average-pool"), Linear(null),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such preset."),
    };

    private static LayerSpec Pool { get; } = new("max-pool") { Kernel = 2, Stride = 2 };

    private static LayerSpec Linear(int? units) => new("linear") { Units = units };

    private static LayerSpec Convolution(int filters, int kernel, int stride = 1, int padding = 0, bool bias = true) =>
        new("conv2d") { Filters = filters, Kernel = kernel, Stride = stride, Padding = padding, Bias = bias };

    private static LayerSpec Block(int filters, int stride) => new("residual")
    {
        Layers =
        [
            Convolution(filters, 3, stride, 1, bias: false), new("batch-norm"), Relu,
            Convolution(filters, 3, 1, 1, bias: false), new("batch-norm"),
        ],
    };
}
