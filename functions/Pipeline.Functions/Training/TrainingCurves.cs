namespace Pipeline.Training;

/// <summary>How a training got better (<c>GET /api/jobs/{id}/epochs</c>).</summary>
/// <param name="JobId">The job.</param>
/// <param name="Epochs">The epochs that have ended, in order.</param>
/// <param name="Model">The model that it made; null until then.</param>
/// <param name="Version">The model's version.</param>
/// <param name="Confusion">What the model takes for what, where it tells classes apart.</param>
public sealed record TrainingCurves(
    string JobId, IReadOnlyList<EpochReport> Epochs, string? Model = null, int? Version = null, ConfusionMatrix? Confusion = null);
