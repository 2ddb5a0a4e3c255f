namespace Pipeline.Simulation;

/// <summary>A leg: the supersteps that a host is to compute without asking.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Host">Which of the hosts this is, from 0.</param>
/// <param name="Attempt">Which attempt since the start.</param>
/// <param name="Start">The superstep that the run started after.</param>
/// <param name="Checkpoint">The checkpoint to go on from where the state is not at hand; the start where there is none.</param>
/// <param name="From">The superstep that was computed last.</param>
/// <param name="To">The last superstep of the leg.</param>
/// <param name="Last">The last superstep of the simulation.</param>
/// <param name="Save">Whether a checkpoint is written at the leg's end.</param>
public sealed record LegTask(string JobId, string Run, int Host, int Attempt, long Start, long Checkpoint, long From, long To, long Last, bool Save)
{
    /// <summary>What the host's ranks are called between two legs of an attempt.</summary>
    internal string WarmKey => $"{JobId}/{Run}/{Host}/{Attempt}";
}
