namespace Pipeline.Training;

/// <summary>The answer of <c>POST /api/models/{name}/predict</c>.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that was used.</param>
/// <param name="Predictions">What it says, in the order of the rows.</param>
public sealed record PredictionAnswer(string Model, int Version, IReadOnlyList<Prediction> Predictions);
