namespace Pipeline.Training;

/// <summary>A version of a model as the HTTP API shows it.</summary>
/// <param name="Version">The version, from 1.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="JobId">The job that made it.</param>
/// <param name="Loss">Its loss on the validation data.</param>
/// <param name="Metrics">Its metrics on the validation data.</param>
/// <param name="Files">Its files, as <c>container/path</c>.</param>
public sealed record ModelVersionView(
    int Version, DateTimeOffset CreatedAt, string JobId, double Loss, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<string> Files);
