using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>The spec of a scoring job: a model is asked about every row of a dataset.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version; null for the promoted one, or the newest.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Output">The dataset that is written: the same rows, and what the model says.</param>
public sealed record ScoringSpec(string Model, int? Version, string Dataset, string Output)
{
    /// <summary>Reads a spec.</summary>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public static ScoringSpec Read(JobSpec spec)
    {
        var faults = new List<SpecFault>();
        var reader = spec.Read(faults, "A scoring job: a model is asked about every row of a dataset.");
        var model = reader.Text("model", required: true, maxLength: ModelName.MaxLength, about: "The model.");
        var version = (int?)reader.Integer("version", 1, int.MaxValue, about: "Its version: the promoted one, or the newest, where it is absent.");
        var dataset = reader.Text("dataset", required: true, about: "The dataset.");
        DataSpec.Check(dataset, "/dataset", faults);
        string? output = null;
        if (reader.Section("output", required: true, shorthand: "dataset", about: "What is written: the same rows with prediction and probability.") is { } section)
        {
            output = section.Text("dataset", required: true, about: "The dataset's name.");
            DataSpec.Check(output, "/output/dataset", faults);
            section.End();
        }
        reader.End();
        return faults.Count == 0 ? new ScoringSpec(model!, version, dataset!, output!) : throw new SpecException(faults);
    }
}
