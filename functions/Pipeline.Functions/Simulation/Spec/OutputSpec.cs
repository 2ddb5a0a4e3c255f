using Pipeline.Jobs;

namespace Pipeline.Simulation.Spec;

/// <summary>What a simulation puts out on its way. Figures are put out always, and everything once more at the end.</summary>
/// <param name="Every">Supersteps from one output to the next.</param>
/// <param name="Fields">Whether fields are written as Parquet.</param>
/// <param name="Images">Whether images and an animation of them are drawn.</param>
public sealed record OutputSpec(long Every, bool Fields, bool Images)
{
    /// <summary>The most outputs on the way.</summary>
    public const int MaxOutputs = 10_000;

    /// <summary>The most images.</summary>
    public const int MaxImages = 2_000;

    internal static OutputSpec Read(SpecReader reader, int innerSteps, ProgramPlan? plan)
    {
        var supersteps = Math.Max(1, plan?.Supersteps ?? 1);
        var steps = reader.Integer("every", 1, int.MaxValue, about: "Steps from one output to the next: a fiftieth of all where it is absent.");
        if (steps % innerSteps is > 0)
            reader.Fault("every", $"Output is put out between supersteps, which have {innerSteps} inner steps each. Take a multiple of {innerSteps}.");
        var images = reader.Flag("images", false, "Whether frames and an animation of them are drawn.");
        var every = steps / innerSteps ?? Math.Max(1, (supersteps + 49) / 50);
        if (every < 1)
            every = 1;
        var most = images ? MaxImages : MaxOutputs;
        if (supersteps / every > most)
            reader.Fault("every", $"That makes {supersteps / every:N0} outputs; {most:N0} are allowed{(images ? " with images" : "")}. Take {(supersteps / most + 1) * innerSteps} or more.");
        if (images && plan is { Frame: null })
            reader.Fault("images", "This program draws no images. Leave it out.");
        var fields = reader.Flag("fields", false, "Whether fields are written as Parquet.");
        reader.End();
        return new OutputSpec(every, fields, images);
    }
}
