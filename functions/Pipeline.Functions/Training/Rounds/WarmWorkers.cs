using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What workers of this process keep in memory between rounds: their replica and their samples.</summary>
public sealed class WarmWorkers(TimeProvider time) : IDisposable
{
    private readonly WarmStates<WarmWorker> _kept = new(time);

    /// <summary>Takes a worker's state out; null where there is none, or another task has it.</summary>
    internal WarmWorker? Take(TrainingRun run, int worker) => _kept.Take(Key(run, worker));

    /// <summary>Puts a worker's state back for its next task.</summary>
    internal void Return(TrainingRun run, int worker, WarmWorker state) => _kept.Keep(Key(run, worker), state, state.Bytes);

    /// <summary>Drops what is kept of a run that is over, or of all.</summary>
    public void Clear(TrainingRun? run = null) => _kept.Clear(run?.Folder ?? "");

    /// <inheritdoc/>
    public void Dispose() => _kept.Dispose();

    private static string Key(TrainingRun run, int worker) => $"{run.Folder}{worker}";
}
