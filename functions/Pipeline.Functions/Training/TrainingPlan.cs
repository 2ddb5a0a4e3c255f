namespace Pipeline.Training;

/// <summary>What a training job is going to do, with every file that it reads pinned to its version.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Source">How rows become samples.</param>
/// <param name="ValidationSource">How those of the validation dataset do; null where there is none.</param>
/// <param name="Tasks">The tasks that make samples, training first.</param>
public sealed record TrainingPlan(TrainingSpec Spec, SampleSource Source, SampleSource? ValidationSource, IReadOnlyList<PrepareTask> Tasks)
{
    /// <summary>Builds the network that is trained.</summary>
    internal Network BuildNetwork() => NetworkBuilder.Build(Spec.Model, Spec.Data.InputShape(), Spec.Outputs());
}
