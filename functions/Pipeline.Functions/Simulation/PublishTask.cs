namespace Pipeline.Simulation;

/// <summary>The outputs to be published after a leg, and the checkpoint to be kept.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run.</param>
/// <param name="Start">The superstep that the run started after.</param>
/// <param name="From">Outputs after this superstep; at the start also its own.</param>
/// <param name="To">Up to this one.</param>
/// <param name="Done">Whether the simulation is at its end.</param>
/// <param name="Checkpoint">The last whole checkpoint.</param>
/// <param name="Previous">The one before. What is older goes.</param>
/// <param name="Attempt">The attempt whose messages are in use.</param>
public sealed record PublishTask(string JobId, string Run, long Start, long From, long To, bool Done, long Checkpoint, long Previous, int Attempt);
