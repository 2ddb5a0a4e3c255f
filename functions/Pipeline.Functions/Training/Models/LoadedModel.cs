namespace Pipeline.Training;

/// <summary>A model in memory.</summary>
/// <param name="Document">What it is.</param>
/// <param name="ETag">The version of its weights' blob.</param>
/// <param name="Predictor">Its network.</param>
/// <param name="Source">How rows become its inputs.</param>
internal sealed record LoadedModel(ModelDocument Document, string ETag, Predictor Predictor, SampleSource Source);
