using Pipeline.Jobs;

namespace Pipeline.Simulation.Spec;

/// <summary>When checkpoints are written: every so many supersteps, or every so many seconds.</summary>
/// <param name="Supersteps">Supersteps from one to the next; null to go by time.</param>
/// <param name="Seconds">Seconds from one to the next, where supersteps do not say.</param>
public sealed record CheckpointSpec(long? Supersteps, double Seconds)
{
    internal static CheckpointSpec Read(SpecReader reader, int innerSteps)
    {
        var steps = reader.Integer("steps", 1, int.MaxValue, about: "Steps from one to the next; or there are seconds.");
        var seconds = reader.Number("seconds", 0.1, 86_400, about: "Seconds from one to the next: 30 where neither is there.");
        if (steps is not null && seconds is not null)
            reader.Fault("seconds", "Checkpoints go by steps or by seconds, not by both. Leave one out.");
        if (steps % innerSteps is > 0)
            reader.Fault("steps", $"A checkpoint is written between supersteps, which have {innerSteps} inner steps each. Take a multiple of {innerSteps}.");
        reader.End();
        return new CheckpointSpec(steps / innerSteps, seconds ?? 30);
    }
}
