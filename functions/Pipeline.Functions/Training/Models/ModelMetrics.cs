namespace Pipeline.Training;

/// <summary>How good a model is (<c>models/{name}/{version}/metrics.json</c>).</summary>
/// <param name="Final">The epoch whose weights these are.</param>
/// <param name="Epochs">All epochs, in order.</param>
public sealed record ModelMetrics(EpochReport Final, IReadOnlyList<EpochReport> Epochs);
