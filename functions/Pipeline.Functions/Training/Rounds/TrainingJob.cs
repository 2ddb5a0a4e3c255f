namespace Pipeline.Training;

/// <summary>A run of a training job, as its tasks see it.</summary>
internal sealed record TrainingJob(TrainingRun Run, TrainingPlan Plan, DataIndex Index, Network Network)
{
    public TrainingSpec Spec => Plan.Spec;

    public BatchMaker Batches { get; } = new(Plan.Spec.Data, Index.Scaling, Plan.Spec.Augment, Plan.Spec.Seed);

    public bool IsSynchronous => Spec.Strategy.Type == StrategySpec.Synchronous;

    /// <summary>How many slices, or federated workers, there are.</summary>
    public int SliceCount => Index.Shards.Count;

    /// <summary>The learning rate at a point of a round: 0 at its beginning, 1 at its end.</summary>
    public double RateAt(int round, double within = 0) =>
        Spec.Optimizer.LearningRate * Spec.Schedule.At((round + within) / Index.RoundsPerEpoch, Spec.Epochs);
}
