using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What an orchestration must know of a training: counts, never data.</summary>
/// <param name="PrepareTasks">Tasks that make samples.</param>
/// <param name="Strategy">How workers learn together.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Workers">Workers, or federated shards.</param>
/// <param name="Slices">Slices of a batch, or federated shards.</param>
/// <param name="CheckpointEvery">Rounds between two checkpoints.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Metric">The metric that is shown first.</param>
/// <param name="Rounds">Rounds of the whole training; 0 before the samples are made.</param>
/// <param name="RoundsPerEpoch">Rounds of an epoch.</param>
/// <param name="ValidationParts">Parts of the validation data.</param>
/// <param name="Samples">Training samples.</param>
/// <param name="BytesRead">Bytes of storage that making them reads.</param>
/// <param name="Error">Why there will be none.</param>
public sealed record TrainingShape(
    int PrepareTasks,
    StrategySpec Strategy,
    int Epochs,
    int Workers,
    int Slices,
    int CheckpointEvery,
    long Seed,
    string Metric,
    int Rounds = 0,
    int RoundsPerEpoch = 0,
    int ValidationParts = 0,
    long Samples = 0,
    long BytesRead = 0,
    JobError? Error = null)
{
    /// <summary>No training, for a reason.</summary>
    public static TrainingShape Failed(JobError error) => new(0, new StrategySpec(), 0, 0, 0, 1, 0, "", Error: error);

    internal static TrainingShape Of(TrainingPlan plan) => new(
        plan.Tasks.Count, plan.Spec.Strategy, plan.Spec.Epochs, plan.Spec.Workers, plan.Spec.Slices, plan.Spec.CheckpointEvery, plan.Spec.Seed, plan.Spec.Metrics[0],
        BytesRead: plan.Tasks.Sum(t => t.Files.Sum(f => f.Bytes)));

    internal TrainingShape With(DataIndex index) => this with
    {
        Workers = Strategy.Type == StrategySpec.Federated ? index.Shards.Count : Workers,
        Slices = index.Shards.Count,
        Rounds = index.Rounds,
        RoundsPerEpoch = index.RoundsPerEpoch,
        ValidationParts = index.Validation.Count,
        Samples = index.TrainingCount(),
    };
}
