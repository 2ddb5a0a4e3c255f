namespace Pipeline.Training;

/// <summary>How good a model is (<c>models/{name}/{version}/metrics.json</c>).</summary>
/// <param name="Final">The epoch whose weights these are.</param>
/// <param name="Epochs">All epochs, in order.</param>
/// <param name="Confusion">What it takes for what; null where it tells no classes apart, or very many.</param>
public sealed record ModelMetrics(EpochReport Final, IReadOnlyList<EpochReport> Epochs, ConfusionMatrix? Confusion = null);
