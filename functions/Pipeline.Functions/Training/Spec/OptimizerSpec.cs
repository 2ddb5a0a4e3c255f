using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>How weights follow gradients.</summary>
/// <param name="Type"><c>sgd</c>, <c>adam</c> or <c>adamw</c>.</param>
/// <param name="LearningRate">The length of a step, before the schedule.</param>
/// <param name="Momentum">Momentum of <c>sgd</c>; default 0.9.</param>
/// <param name="Nesterov">Whether that is Nesterov's.</param>
/// <param name="WeightDecay">What pulls weights to zero; default 0, or 0.01 for <c>adamw</c>.</param>
/// <param name="Beta1">Adam's decay of the mean gradient; default 0.9.</param>
/// <param name="Beta2">Adam's decay of the mean square; default 0.999.</param>
/// <param name="Epsilon">Adam's guard against division by zero; default 1e-8.</param>
public sealed record OptimizerSpec(
    string Type, double LearningRate, double Momentum = 0.9, bool Nesterov = false, double WeightDecay = 0, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8)
{
    /// <summary>The kinds of optimiser.</summary>
    public static IReadOnlyList<string> Types { get; } = ["sgd", "adam", "adamw"];

    /// <summary>How many numbers it keeps for each weight.</summary>
    public int Slots() => Type != "sgd" ? 2 : Momentum > 0 ? 1 : 0;

    internal static OptimizerSpec Read(SpecReader reader)
    {
        var type = reader.Choice("type", Types, required: true, about: "The sort of optimiser.") ?? "sgd";
        var rate = reader.Number("learningRate", 1e-9, 1_000, type == "sgd" ? 0.01 : 0.001, "The length of a step, before the schedule.");
        var decay = reader.Number("weightDecay", 0, 10, type == "adamw" ? 0.01 : 0, "What pulls weights to zero.");
        var optimizer = new OptimizerSpec(type, rate, WeightDecay: decay);
        if (type == "sgd")
        {
            optimizer = optimizer with { Momentum = reader.Number("momentum", 0, 0.9999, 0.9, "How much of the last step goes on."), Nesterov = reader.Flag("nesterov", false, "Whether the momentum is Nesterov's.") };
            if (optimizer is { Nesterov: true, Momentum: 0 })
                reader.Fault("nesterov", "Nesterov's momentum needs 'momentum' above 0.");
        }
        else
        {
            optimizer = optimizer with
            {
                Beta1 = reader.Number("beta1", 0, 0.999999, 0.9, "The decay of the mean gradient."),
                Beta2 = reader.Number("beta2", 0, 0.999999, 0.999, "The decay of the mean square."),
                Epsilon = reader.Number("epsilon", 1e-16, 1, 1e-8, "The guard against division by zero."),
            };
        }
        reader.End();
        return optimizer;
    }
}
