using System.Text.Json;

namespace Pipeline.Training;

/// <summary>Where a model comes from (<c>models/{name}/{version}/lineage.json</c>).</summary>
/// <param name="JobId">The job that made it.</param>
/// <param name="JobRun">The run of the job.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Epoch">The epoch whose weights these are.</param>
/// <param name="TrainingSamples">Samples that it was trained on.</param>
/// <param name="ValidationSamples">Samples that it was tested on.</param>
/// <param name="Files">The files that it was made of, each with its version.</param>
/// <param name="Software">What computed it.</param>
/// <param name="Spec">The spec, as it was sent.</param>
public sealed record ModelLineage(
    string JobId, string JobRun, DateTimeOffset CreatedAt, int Epoch, long TrainingSamples, long ValidationSamples, IReadOnlyList<ModelSourceFile> Files, string Software, JsonElement Spec);
