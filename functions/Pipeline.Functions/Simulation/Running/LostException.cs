namespace Pipeline.Simulation.Running;

/// <summary>A message or checkpoint is lost or damaged: going back to a checkpoint heals it.</summary>
internal sealed class LostException(string message, bool checkpoint = false) : Exception(message)
{
    public bool IsCheckpoint => checkpoint;
}
