using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Reads how trainings got better: of one that runs from what its epochs leave, of one that is over from its model.</summary>
public sealed class TrainingHistory(IObjectStore store)
{
    /// <summary>The epochs of a job.</summary>
    /// <param name="job">A training.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TrainingCurves> ReadAsync(JobView job, CancellationToken cancellationToken)
    {
        // models/{name}/{version}/README.md
        var model = job.Output?.Artifacts?.Select(a => a.Split('/')).FirstOrDefault(parts => parts.Length == 4 && parts[0] == ModelFiles.Container);
        if (model is not null && int.TryParse(model[2], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && await ReadAsync<ModelMetrics>(ModelFiles.Container, ModelFiles.Folder(model[1], version) + ModelFiles.Metrics, cancellationToken) is { } metrics)
            return new TrainingCurves(job.Id, metrics.Epochs, model[1], version, metrics.Confusion);

        var epochs = new List<EpochReport>();
        if (await LastRun.FindAsync(store, job.Id, cancellationToken) is { } run)
        {
            await foreach (var blob in store.ListAsync(JobFiles.Container, new TrainingRun(job.Id, run).Epochs, cancellationToken))
            {
                // It may have gone meanwhile, with all that the run kept.
                if (blob.Path.EndsWith(".json", StringComparison.Ordinal) && await ReadAsync<EpochReport>(JobFiles.Container, blob.Path, cancellationToken) is { } report)
                    epochs.Add(report);
            }
        }
        return new TrainingCurves(job.Id, epochs);
    }

    private async Task<T?> ReadAsync<T>(string container, string path, CancellationToken cancellationToken)
        where T : class =>
        await store.TryReadAllAsync(container, path, cancellationToken) is { } bytes ? JsonSerializer.Deserialize<T>(bytes, Responses.Json) : null;
}
