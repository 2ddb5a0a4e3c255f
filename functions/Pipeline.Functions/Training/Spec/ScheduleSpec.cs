using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>How the learning rate changes over the training.</summary>
/// <param name="Type"><c>constant</c>, <c>step</c> or <c>cosine</c>.</param>
/// <param name="WarmupEpochs">Epochs over which the rate rises from 0 to its full height.</param>
/// <param name="Every">After how many epochs a <c>step</c> schedule lowers the rate.</param>
/// <param name="Factor">What a <c>step</c> schedule multiplies the rate with.</param>
/// <param name="Minimum">The share of the full rate at which <c>cosine</c> ends.</param>
public sealed record ScheduleSpec(string Type = "constant", double WarmupEpochs = 0, double Every = 1, double Factor = 0.1, double Minimum = 0)
{
    /// <summary>The share of the full learning rate at a point of the training.</summary>
    /// <param name="epoch">The epochs that have passed, with their fraction.</param>
    /// <param name="epochs">The epochs of the whole training.</param>
    public double At(double epoch, double epochs)
    {
        // The first step already moves: a rate of zero would waste it.
        if (epoch < WarmupEpochs)
            return Math.Max(epoch, 1e-3) / WarmupEpochs;
        return Type switch
        {
            "step" => Math.Pow(Factor, Math.Floor((epoch - WarmupEpochs) / Every)),
            "cosine" => Minimum + ((1 - Minimum) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (epoch - WarmupEpochs) / Math.Max(epochs - WarmupEpochs, 1e-9))))),
            _ => 1,
        };
    }

    internal static ScheduleSpec Read(SpecReader reader)
    {
        var type = reader.Choice("type", ["constant", "step", "cosine"], required: true, about: "How the learning rate changes.") ?? "constant";
        var schedule = new ScheduleSpec(type, reader.Number("warmupEpochs", 0, 1_000, 0, "Epochs over which the rate rises from 0 to its full height."));
        if (type == "step")
            schedule = schedule with { Every = reader.Number("every", 0.01, 10_000, required: true, about: "After how many epochs the rate is lowered.") ?? 1, Factor = reader.Number("factor", 1e-6, 1, 0.1, "What the rate is multiplied with.") };
        if (type == "cosine")
            schedule = schedule with { Minimum = reader.Number("minimum", 0, 1, 0, "The share of the full rate at which it ends.") };
        reader.End();
        return schedule;
    }
}
