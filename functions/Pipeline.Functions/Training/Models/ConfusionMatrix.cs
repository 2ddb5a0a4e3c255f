namespace Pipeline.Training;

/// <summary>What a network takes for what, over the validation samples.</summary>
/// <param name="Classes">The classes.</param>
/// <param name="Counts">A row for what samples are, in it a number for each class that the network said.</param>
public sealed record ConfusionMatrix(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<int>> Counts);
