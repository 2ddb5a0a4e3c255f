namespace Pipeline.Training;

/// <summary>How far a training is.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run of the job.</param>
/// <param name="Shape">What is to be done.</param>
/// <param name="StartedAt">When the first round began.</param>
/// <param name="EpochStartedAt">When this epoch began.</param>
/// <param name="Workers">How many work.</param>
/// <param name="WorkersBefore">How many did before <paramref name="ChangedAt"/>.</param>
/// <param name="ChangedAt">The round at which their number was last changed; 0 if never.</param>
/// <param name="Wanted">How many somebody has asked for; null for no change.</param>
/// <param name="Round">The round that comes next.</param>
/// <param name="Epoch">The sum of this epoch's rounds.</param>
/// <param name="Total">The sum of all rounds before it.</param>
/// <param name="OrchestrationMs">Milliseconds of rounds in which the slowest task was neither computing nor exchanging.</param>
/// <param name="LeftOut">Contributions that came too late.</param>
/// <param name="Last">The last epoch that has ended; null before.</param>
/// <param name="Pace">How many rounds workers make before they report.</param>
public sealed record TrainingCursor(
    string JobId,
    string Run,
    TrainingShape Shape,
    DateTime StartedAt,
    DateTime EpochStartedAt,
    int Workers,
    int WorkersBefore,
    int ChangedAt,
    int? Wanted,
    int Round,
    RoundReport Epoch,
    RoundReport Total,
    double OrchestrationMs,
    int LeftOut,
    EpochReport? Last,
    Pace Pace)
{
    internal TrainingRun TrainingRun => new(JobId, Run);

    internal RoundTask Task(int worker) => new(JobId, Run, Round, worker, Workers, WorkersBefore, ChangedAt);

    /// <summary>The rounds of the next leg: it ends with the epoch, and at a checkpoint, behind which nobody has to go back.</summary>
    internal int Leg()
    {
        if (Shape.Strategy.Type != StrategySpec.Synchronous)
            return 1;
        var toEpoch = Shape.RoundsPerEpoch - (Round % Shape.RoundsPerEpoch);
        var toCheckpoint = Shape.CheckpointEvery - (Round % Shape.CheckpointEvery);
        return Math.Min(Pace.Leg, Math.Min(toEpoch, toCheckpoint));
    }

    /// <summary>Takes over another number of workers, where a checkpoint allows it.</summary>
    internal TrainingCursor Resized()
    {
        // A worker may have to go back to the checkpoint before the last: since then, the number may have changed once.
        var every = Shape.Strategy.Type == StrategySpec.Synchronous ? Shape.CheckpointEvery : 1;
        if (Wanted is not { } wanted || Shape.Strategy.Type == StrategySpec.Federated || Round == 0 || Round % every != 0 || (ChangedAt > 0 && Round - ChangedAt < 2 * every))
            return this;
        var workers = Math.Clamp(wanted, 1, Math.Min(Shape.Slices, TrainingSpec.MostWorkers));
        return this with { Wanted = null, Workers = workers, WorkersBefore = Workers, ChangedAt = Round };
    }

    /// <summary>The workers that take part in the next round.</summary>
    internal IReadOnlyList<int> Participants()
    {
        if (Shape.Strategy.Type != StrategySpec.Federated || Shape.Strategy.Fraction >= 1)
            return [.. Enumerable.Range(0, Workers)];
        var random = new SeededRandom(SeededRandom.Mix((ulong)Shape.Seed, 0x7069636b, (ulong)Round));
        return [.. random.Permutation(Workers).Take(StrategySpec.Participants(Shape.Strategy.Fraction, Workers)).Order()];
    }
}
