using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>One layer of a network, as a spec writes it. Which fields count depends on the type.</summary>
/// <param name="Type">One of <see cref="Types"/>.</param>
public sealed record LayerSpec(string Type)
{
    /// <summary>The types of layers.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        "linear", "conv2d", "max-pool", "average-pool", "global-average-pool", "batch-norm", "layer-norm", "dropout", "flatten", "residual",
        "relu", "leaky-relu", "gelu", "silu", "tanh", "sigmoid",
    ];

    /// <summary>Outputs of a <c>linear</c> layer; null for as many as the loss needs.</summary>
    public int? Units { get; init; }

    /// <summary>Output channels of a <c>conv2d</c> layer.</summary>
    public int Filters { get; init; }

    /// <summary>Side of the window of a <c>conv2d</c> layer (default 3) or a pooling layer (default 2).</summary>
    public int Kernel { get; init; }

    /// <summary>Step of the window; default 1 for <c>conv2d</c>, the kernel for pooling.</summary>
    public int Stride { get; init; }

    /// <summary>Zeros around the input of a <c>conv2d</c> layer; default 0.</summary>
    public int Padding { get; init; }

    /// <summary>Whether a <c>linear</c> or <c>conv2d</c> layer adds a bias; default true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The share that a <c>dropout</c> layer drops; default 0.5.</summary>
    public double Rate { get; init; }

    /// <summary>What a <c>residual</c> block adds to its input.</summary>
    public IReadOnlyList<LayerSpec> Layers { get; init; } = [];

    internal static IReadOnlyList<LayerSpec> ReadAll(SpecReader reader, string field, bool required, int depth = 0)
    {
        var layers = new List<LayerSpec>();
        foreach (var section in reader.Sections(field, maxCount: 200, required, shorthand: "type", about: "The layers, first to last.", definition: "layer"))
        {
            if (Read(section, depth) is { } layer)
                layers.Add(layer);
            section.End();
        }
        return layers;
    }

    private static LayerSpec? Read(SpecReader reader, int depth)
    {
        if (reader.Choice("type", Types, required: true, about: "The sort of layer.") is not { } type)
            return null;
        var layer = new LayerSpec(type);
        switch (type)
        {
            case "linear":
                return layer with { Units = (int?)reader.Integer("units", 1, 100_000, about: "Outputs; as many as the loss needs where it is absent."), Bias = reader.Flag("bias", true, "Whether a bias is added.") };
            case "conv2d":
                return layer with
                {
                    Filters = (int)(reader.Integer("filters", 1, 4_096, required: true, about: "Output channels.") ?? 1),
                    Kernel = (int)reader.Integer("kernel", 1, 31, 3, "Side of the window."),
                    Stride = (int)reader.Integer("stride", 1, 16, 1, "Step of the window."),
                    Padding = (int)reader.Integer("padding", 0, 15, 0, "Zeros around the input."),
                    Bias = reader.Flag("bias", true, "Whether a bias is added."),
                };
            case "max-pool" or "average-pool":
                var kernel = (int)reader.Integer("kernel", 1, 31, 2, "Side of the window.");
                return layer with { Kernel = kernel, Stride = (int)(reader.Integer("stride", 1, 16, about: "Step of the window; its side where it is absent.") ?? kernel) };
            case "dropout":
                return layer with { Rate = reader.Number("rate", 0, 0.95, 0.5, "The share of values that is dropped.") };
            case "residual":
                if (depth == 4)
                    reader.Fault(null, "Residual blocks are nested 4 deep at most.");
                else
                    return layer with { Layers = ReadAll(reader, "layers", required: true, depth + 1) };
                break;
        }
        return layer;
    }
}
