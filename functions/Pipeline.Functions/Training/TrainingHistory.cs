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
        foreach (var path in await ReportsAsync(job.Id, cancellationToken))
        {
            // It may have gone meanwhile, with all that the run kept.
            if (await ReadAsync<EpochReport>(JobFiles.Container, path, cancellationToken) is { } report)
                epochs.Add(report);
        }
        return new TrainingCurves(job.Id, epochs);
    }

    // {job}/{run}/epochs/{number}.json of the run that wrote last.
    private async Task<IReadOnlyList<string>> ReportsAsync(string id, CancellationToken cancellationToken)
    {
        var runs = new Dictionary<string, (DateTimeOffset Last, List<string> Paths)>(StringComparer.Ordinal);
        await foreach (var blob in store.ListAsync(JobFiles.Container, $"{id}/", cancellationToken))
        {
            if (blob.Path.Split('/') is not [_, var run, "epochs", var name] || !name.EndsWith(".json", StringComparison.Ordinal))
                continue;
            var (last, paths) = runs.GetValueOrDefault(run, (blob.LastModified, []));
            paths.Add(blob.Path);
            runs[run] = (blob.LastModified > last ? blob.LastModified : last, paths);
        }
        return runs.Count == 0 ? [] : runs.Values.MaxBy(run => run.Last).Paths;
    }

    private async Task<T?> ReadAsync<T>(string container, string path, CancellationToken cancellationToken)
        where T : class =>
        await store.TryReadAllAsync(container, path, cancellationToken) is { } bytes ? JsonSerializer.Deserialize<T>(bytes, Responses.Json) : null;
}
