using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>The metrics that a spec may ask for.</summary>
internal static class MetricNames
{
    private static readonly string[] OfClasses = ["accuracy", "top-2", "top-3", "top-5", "f1", "auc"];
    private static readonly string[] OfQuantities = ["mae", "rmse", "r2"];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfClasses, .. OfQuantities];

    /// <summary>Whether a greater value is a better one.</summary>
    public static bool GreaterIsBetter(string metric) => metric is not ("loss" or "mae" or "rmse");

    /// <summary>A value for people.</summary>
    public static string Show(string metric, double value) => metric is "accuracy" || metric.StartsWith("top-", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} %")
        : string.Create(CultureInfo.InvariantCulture, $"{value:0.####}");

    public static IReadOnlyList<string> Read(SpecReader reader, bool classifies, int classes)
    {
        var known = classifies ? OfClasses : OfQuantities;
        var given = reader.Texts("metrics", maxCount: 20, about: $"What is measured besides the loss. Of classes: {string.Join(", ", OfClasses)} (accuracy where it is absent). Of quantities: {string.Join(", ", OfQuantities)} (mae and r2).");
        foreach (var (index, metric) in given.Index())
        {
            if (!known.Contains(metric, StringComparer.Ordinal))
                reader.Fault("metrics", index, $"'{metric}' is not a metric of {(classifies ? "classes" : "quantities")}.{NearestName.Hint(metric, known)}");
            else if (metric.StartsWith("top-", StringComparison.Ordinal) && int.Parse(metric.AsSpan(4), CultureInfo.InvariantCulture) >= Math.Max(classes, 2))
                reader.Fault("metrics", index, $"'{metric}' is always right with {classes} classes.");
        }
        return given.Count > 0 ? given : classifies ? ["accuracy"] : ["mae", "r2"];
    }
}
