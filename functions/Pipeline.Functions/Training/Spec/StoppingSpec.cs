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
            reader.Choice("metric", ["loss", .. metrics]) ?? "loss",
            (int)(reader.Integer("patience", 1, 10_000, required: true) ?? 1),
            reader.Number("minimumChange", 0, 1e9) ?? 0);
        reader.End();
        return stopping;
    }
}
