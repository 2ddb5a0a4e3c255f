using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>How a spec wants its program run.</summary>
/// <param name="Ranks">How many ranks.</param>
/// <param name="Steps">How many time steps; null where the spec does not say.</param>
/// <param name="InnerSteps">Time steps within one superstep, which take a halo as many times as deep.</param>
/// <param name="Root">The reader of the spec, to tell faults of ranks and steps to.</param>
public sealed record RunShape(int Ranks, long? Steps, int InnerSteps, SpecReader Root)
{
    /// <summary>Supersteps that the steps take, where steps are wanted.</summary>
    /// <returns>0 where they are missing or cannot be divided, which the reader is told.</returns>
    public long Supersteps()
    {
        if (Steps is not { } steps)
            Root.Fault("steps", "The field 'steps' is missing: this program wants to know how many time steps to take.");
        else if (steps % InnerSteps != 0)
            Root.Fault("steps", $"{steps} steps cannot be divided into supersteps of {InnerSteps} inner steps. Take {steps / InnerSteps * InnerSteps + InnerSteps}.");
        else
            return steps / InnerSteps;
        return 0;
    }

    /// <summary>Tells the reader where the program ends by itself and knows no steps.</summary>
    public void RefuseSteps(string why)
    {
        if (Steps is not null)
            Root.Fault("steps", why);
        if (InnerSteps != 1)
            Root.Fault("innerSteps", "This program has no time steps to take within a superstep. Leave it out.");
    }
}
