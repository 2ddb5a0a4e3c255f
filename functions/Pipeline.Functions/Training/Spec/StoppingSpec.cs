using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>When a training ends before its last epoch. The weights of its best epoch are kept.</summary>
/// <param name="Metric"><c>loss</c> or one of the spec's metrics, on the validation data.</param>
/// <param name="Patience">Epochs without a better value before it ends.</param>
/// <param name="MinimumChange">How much better a value must be to count.</param>
public sealed record StoppingSpec(string Metric, int Patience, double MinimumChange)
{
    internal static StoppingSpec Read(SpecReader reader, IReadOnlyList<string> metrics)
    {
        var stopping = new StoppingSpec(
            ReadMetric(reader, metrics),
            (int)(reader.Integer("patience", 1, 10_000, required: true, about: "Epochs without a better value before it ends.") ?? 1),
            reader.Number("minimumChange", 0, 1e9, 0, "How much better a value must be to count."));
        reader.End();
        return stopping;
    }

    private static string ReadMetric(SpecReader reader, IReadOnlyList<string> metrics)
    {
        var metric = reader.Choice("metric", ["loss", .. MetricNames.All], "loss", "What must get better: the loss, or one of the spec's metrics.");
        if (metric != "loss" && !metrics.Contains(metric))
            reader.Fault("metric", $"'{metric}' is not measured. Name one of: loss, {string.Join(", ", metrics)}; or add it to 'metrics'.");
        return metric;
    }
}
