namespace Pipeline.Training;

/// <summary>How raw values become a network's inputs and targets: (value - mean) / deviation.</summary>
/// <param name="Means">Of each feature; empty where they are taken as they are.</param>
/// <param name="Deviations">Of each feature.</param>
/// <param name="LabelMean">Of the label.</param>
/// <param name="LabelDeviation">Of the label.</param>
public sealed record Scaling(IReadOnlyList<double> Means, IReadOnlyList<double> Deviations, double LabelMean, double LabelDeviation)
{
    /// <summary>Takes values as they are.</summary>
    public static Scaling None { get; } = new([], [], 0, 1);

    /// <summary>Brings features, and a label that is a quantity, to mean 0 and deviation 1 over the training samples.</summary>
    internal static Scaling Of(TrainingSpec spec, IReadOnlyList<DataReport> reports)
    {
        if (!spec.Data.Standardize)
            return None;
        var count = Math.Max(1, reports.Sum(r => (double)r.Count));
        var (means, deviations) = (new List<double>(), new List<double>());
        for (var i = 0; i <= spec.Data.Features.Count; i++)
        {
            var mean = reports.Sum(r => r.Sums[i]) / count;
            var variance = (reports.Sum(r => r.Squares[i]) / count) - (mean * mean);
            // One value everywhere tells nothing, and must not be divided by nothing.
            var deviation = variance > 1e-12 * Math.Max(1, mean * mean) ? Math.Sqrt(variance) : 1;
            var isLabel = i == spec.Data.Features.Count;
            var asIs = isLabel ? spec.Classifies() : spec.Data.Features[i].OneHot is not null;
            means.Add(asIs ? 0 : mean);
            deviations.Add(asIs ? 1 : deviation);
        }
        return new Scaling(means[..^1], deviations[..^1], means[^1], deviations[^1]);
    }
}
