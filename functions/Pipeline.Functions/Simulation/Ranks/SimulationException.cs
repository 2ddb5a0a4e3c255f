namespace Pipeline.Simulation.Ranks;

/// <summary>A program or its input is wrong in a way that trying again cannot heal.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Makes the exception.</summary>
    public SimulationException(string message)
        : base(message)
    {
    }
}
