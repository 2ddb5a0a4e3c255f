namespace Pipeline.Training;

/// <summary>Names the share of a worker in a round, or in several.</summary>
/// <param name="JobId">The job.</param>
/// <param name="JobRun">The run of the job.</param>
/// <param name="Round">The round, from 0.</param>
/// <param name="Worker">The worker, from 0.</param>
/// <param name="Workers">How many there are.</param>
/// <param name="WorkersBefore">How many there were before <paramref name="ChangedAt"/>.</param>
/// <param name="ChangedAt">The round from which on there are as many; 0 if it was never changed.</param>
/// <param name="Rounds">How many rounds the worker goes through by itself, as long as it hears of the others.</param>
public sealed record RoundTask(string JobId, string JobRun, int Round, int Worker, int Workers, int WorkersBefore, int ChangedAt, int Rounds = 1)
{
    internal TrainingRun Run => new(JobId, JobRun);

    internal int WorkersAt(int round) => round >= ChangedAt ? Workers : WorkersBefore;

    /// <summary>The slices of a worker: as even as can be, one after the other.</summary>
    internal static (int Low, int High) Slices(int worker, int workers, int slices) =>
        ((int)((long)worker * slices / workers), (int)((long)(worker + 1) * slices / workers));

    /// <inheritdoc/>
    public override string ToString() => Rounds == 1 ? $"round {Round}/worker {Worker}" : $"rounds {Round} to {Round + Rounds - 1}/worker {Worker}";
}
