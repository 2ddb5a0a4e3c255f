using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>What a network is trained on.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Features">Its numeric inputs; empty where it looks at images.</param>
/// <param name="Image">Its images; null where inputs are numbers.</param>
/// <param name="Label">What it learns to tell.</param>
/// <param name="Where">A SQL condition on rows; null takes all.</param>
/// <param name="ValidationDataset">The dataset that it is tested on; null takes a share of <paramref name="Dataset"/>.</param>
/// <param name="ValidationFraction">The share of rows that is kept for tests; 0 where there is a dataset for that.</param>
/// <param name="Standardize">Whether numeric inputs, and a label that is a quantity, are brought to mean 0 and deviation 1.</param>
public sealed record DataSpec(
    string Dataset,
    IReadOnlyList<FeatureSpec> Features,
    ImageSpec? Image,
    LabelSpec Label,
    string? Where,
    string? ValidationDataset,
    double ValidationFraction,
    bool Standardize)
{
    /// <summary>The shape of one input of the network: how many numbers, or channels, height and width.</summary>
    public IReadOnlyList<int> InputShape() => Image is null ? [Features.Sum(f => f.Width)] : [Image.Channels, Image.Height, Image.Width];

    internal static DataSpec? Read(SpecReader reader, List<SpecFault> faults)
    {
        var dataset = reader.Text("dataset", required: true, about: "The dataset that it learns from.");
        Check(dataset, "/data/dataset", faults);
        var features = reader.Sections("features", maxCount: 1_000, shorthand: "column", about: "The numeric inputs; or there are images.").Select(FeatureSpec.Read).OfType<FeatureSpec>().ToList();
        var image = reader.Section("image", about: "The images, one a row; or there are features.") is { } imageReader ? ImageSpec.Read(imageReader) : null;
        if (reader.Has("image") == reader.Has("features"))
            reader.Fault(null, "It needs 'features' (numeric columns) or 'image' (a column of images), one of the two.");
        else if (reader.Has("features") && features.Count == 0)
            reader.Fault("features", "It must have at least one feature.");
        var label = reader.Section("label", required: true, shorthand: "column", about: "What it learns to tell.") is { } labelReader ? LabelSpec.Read(labelReader) : null;
        var where = reader.Text("where", maxLength: 10_000, about: "A SQL condition on rows. Where it is absent, all rows are taken.");
        string? other = null;
        double? fraction = null;
        if (reader.Section("validation", shorthand: "fraction", about: "What it is tested on: another dataset, or a share of the rows; 0.1 where it is absent.") is { } validation)
        {
            other = validation.Text("dataset", about: "Another dataset.");
            Check(other, "/data/validation/dataset", faults);
            fraction = validation.Number("fraction", 0.001, 0.9, about: "A share of the rows.");
            if (validation.Has("dataset") == validation.Has("fraction"))
                validation.Fault(null, "It needs 'dataset' (another dataset) or 'fraction' (a share of this one), one of the two.");
            validation.End();
        }
        var standardize = reader.Flag("standardize", true, "Whether numeric inputs, and a label that is a quantity, are brought to mean 0 and deviation 1.");
        reader.End();
        return dataset is null || label is null
            ? null
            : new DataSpec(dataset, features, image, label, where, other, other is null ? fraction ?? 0.1 : 0, standardize && image is null);
    }

    internal static void Check(string? dataset, string pointer, List<SpecFault> faults)
    {
        if (dataset is null)
            return;
        try
        {
            ObjectName.CheckSegment(dataset);
        }
        catch (InvalidObjectNameException e)
        {
            faults.Add(new SpecFault(pointer, e.Message));
        }
    }
}
