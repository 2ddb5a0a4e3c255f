using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Makes a model and a result of a training that has ended.</summary>
public sealed class ModelPublisher(TrainingWorkspace workspace, TrainingState state, EpochRunner epochs, ResultPictures pictures, SampleSourceBuilder sources, JobService jobs, IObjectStore store, WarmWorkers warm, Postbox postbox, TimeProvider time)
{
    // A larger table tells nobody anything.
    private const int MostClasses = 100;

    /// <summary>Publishes the model and the result. Done twice, it is the same version.</summary>
    /// <param name="run">The run.</param>
    /// <param name="last">The last epoch.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<PublishedModel> PublishAsync(TrainingRun run, int last, CancellationToken cancellationToken)
    {
        var job = await workspace.OpenAsync(run, cancellationToken);
        var reports = new List<EpochReport>();
        for (var epoch = 1; epoch <= last; epoch++)
            reports.Add(await epochs.ReadReportAsync(run, epoch, cancellationToken));
        var chosen = job.Spec.Stopping is null ? reports[^1] : reports[reports[^1].Best - 1];
        var weights = await state.ReadCheckpointAsync(run.EpochState(chosen.Epoch), cancellationToken)
            ?? throw new TrainingException($"The weights of epoch {chosen.Epoch} are missing or damaged.", "Submit the job again.");
        var predictions = await epochs.ReadPredictionsAsync(job, chosen.Epoch, cancellationToken);

        var lineage = await LineageAsync(job, chosen, cancellationToken);
        var version = await ClaimAsync(job.Spec.Output, lineage, cancellationToken);
        var document = new ModelDocument(job.Spec.Output, version, job.Spec.Data, await ColumnsAsync(job, cancellationToken), job.Spec.Model, job.Spec.Loss, job.Spec.Outputs(), job.Index.Scaling);
        var images = await pictures.DrawAsync(job, reports, predictions, cancellationToken);

        var folder = ModelFiles.Folder(document.Name, version);
        await WriteAsync(ModelFiles.Container, folder + ModelFiles.Weights, WeightsOf(job, weights, document), cancellationToken);
        await WriteAsync(ModelFiles.Container, folder + ModelFiles.Metrics, Json(new ModelMetrics(chosen, reports, ConfusionOf(job, predictions))), cancellationToken);
        await WriteAsync(ModelFiles.Container, folder + ModelFiles.Card, System.Text.Encoding.UTF8.GetBytes(ModelCard.Write(job, document, lineage, chosen, images.Select(i => i.Name))), cancellationToken);
        var artifacts = new List<string>();
        foreach (var (name, png) in images)
        {
            await WriteAsync(ModelFiles.Container, folder + name, png, cancellationToken);
            await WriteAsync(JobFiles.Results, JobFiles.Result(run.JobId) + name, png, cancellationToken);
            artifacts.Add($"{JobFiles.Results}/{JobFiles.Result(run.JobId)}{name}");
        }
        // The document is the last: a folder with it is a whole model.
        await WriteAsync(ModelFiles.Container, folder + ModelFiles.Document, Json(document), cancellationToken);
        artifacts.Insert(0, $"{ModelFiles.Container}/{folder}{ModelFiles.Card}");

        var (columns, path, bytes) = await WriteRowsAsync(job, reports, cancellationToken);
        return new PublishedModel(document.Name, version, [.. columns.Select(c => new ResultColumn(c.Name, c.Type))], path, reports.Count, bytes, artifacts);
    }

    private static ConfusionMatrix? ConfusionOf(TrainingJob job, Predictions predictions)
    {
        if (!job.Spec.Classifies() || predictions.Outputs > MostClasses)
            return null;
        var counts = Metrics.Confusion(predictions);
        return new ConfusionMatrix(job.Spec.Data.Label.Classes, [.. Enumerable.Range(0, predictions.Outputs).Select(row => (IReadOnlyList<int>)[.. Enumerable.Range(0, predictions.Outputs).Select(column => counts[row, column])])]);
    }

    // To be asked, a model needs less than to be trained: neither the label nor what rows were chosen by.
    private async Task<IReadOnlyList<ColumnSchema>> ColumnsAsync(TrainingJob job, CancellationToken cancellationToken)
    {
        var (data, source) = (job.Spec.Data with { Where = null }, job.Plan.Source);
        return (await sources.BuildAsync(data, source.Columns, source.PartitionColumns, data.Dataset, null, withLabel: false, cancellationToken)).ReadSchema().Columns;
    }

    /// <summary>Removes what a run that is over kept between its rounds.</summary>
    public async Task ForgetAsync(TrainingRun run, CancellationToken cancellationToken)
    {
        warm.Clear(run);
        postbox.Clear(run);
        await state.RemoveAsync(run.Folder, cancellationToken);
        await state.DeleteAsync(JobFiles.LastRun(run.JobId), cancellationToken);
    }

    private async Task<ModelLineage> LineageAsync(TrainingJob job, EpochReport chosen, CancellationToken cancellationToken)
    {
        var spec = await jobs.ReadSpecAsync(job.Run.JobId, cancellationToken);
        var files = job.Plan.Tasks.SelectMany(t => t.Files).GroupBy(f => (f.Path, f.ETag))
            .Select(g => new ModelSourceFile($"{DatasetFolders.Container}/{g.Key.Path}", g.Key.ETag, g.Sum(f => f.Rows)));
        var torch = typeof(TorchSharp.torch).Assembly.GetName();
        return new ModelLineage(
            job.Run.JobId, job.Run.Run, time.GetUtcNow(), chosen.Epoch, job.Index.TrainingCount(), job.Index.ValidationCount(), [.. files],
            $"{torch.Name} {torch.Version}, .NET {Environment.Version}", spec.Document);
    }

    // The lineage is the claim on a version: whoever writes it first has it, and knows it again.
    private async Task<int> ClaimAsync(string name, ModelLineage lineage, CancellationToken cancellationToken)
    {
        var taken = new SortedSet<int>();
        await foreach (var blob in store.ListAsync(ModelFiles.Container, $"{name}/", cancellationToken))
        {
            var parts = blob.Path.Split('/');
            if (parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || !taken.Add(version))
                continue;
            if (await ReadLineageAsync(name, version, cancellationToken) is { } other && other.JobId == lineage.JobId && other.JobRun == lineage.JobRun)
                return version;
        }
        for (var version = taken.Count == 0 ? 1 : taken.Max + 1; ; version++)
        {
            try
            {
                await store.WriteAsync(ModelFiles.Container, ModelFiles.Folder(name, version) + ModelFiles.Lineage, new MemoryStream(Json(lineage)), WriteCondition.IfAbsent, cancellationToken);
                return version;
            }
            catch (ConditionFailedException)
            {
                // Another job was first.
            }
        }
    }

    private async Task<ModelLineage?> ReadLineageAsync(string name, int version, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadJsonAsync<ModelLineage>(ModelFiles.Container, ModelFiles.Folder(name, version) + ModelFiles.Lineage, Responses.Json, cancellationToken);
        }
        catch (Exception e) when (e is ObjectNotFoundException or JsonException)
        {
            return null;
        }
    }

    private static byte[] WeightsOf(TrainingJob job, TrainState weights, ModelDocument document) => SafeTensors.Write(
        [
            .. job.Network.Weights.Select(w => (w.Name, w.Shape, (ReadOnlyMemory<float>)weights.Weights.AsMemory(w.Offset, w.Length))),
            .. job.Network.Buffers.Select(b => (b.Name, b.Shape, (ReadOnlyMemory<float>)weights.Buffers.AsMemory(b.Offset, b.Length))),
        ],
        new Dictionary<string, string> { ["format"] = "pt", ["model"] = document.Name, ["version"] = document.Version.ToString(CultureInfo.InvariantCulture) });

    /// <summary>The epochs as rows, for <c>GET /api/jobs/{id}/result</c>.</summary>
    private async Task<(IReadOnlyList<ColumnSchema> Columns, string Path, long Bytes)> WriteRowsAsync(TrainingJob job, IReadOnlyList<EpochReport> reports, CancellationToken cancellationToken)
    {
        List<ColumnSchema> columns =
        [
            new("epoch", "INTEGER"), new("train_loss", "DOUBLE"), new("loss", "DOUBLE"), .. job.Spec.Metrics.Select(m => new ColumnSchema(m.Replace('-', '_'), "DOUBLE")),
            new("learning_rate", "DOUBLE"), new("seconds", "DOUBLE"), new("samples_per_s", "BIGINT"), new("bytes_exchanged", "BIGINT"),
        ];
        var rows = reports.Select(r => string.Join(", ",
        [
            SqlText.Number(r.Epoch), Digits(r.TrainLoss, 6), Digits(r.Loss, 6), .. job.Spec.Metrics.Select(m => Digits(r.Metrics[m], 6)),
            Digits(r.LearningRate, 8), Digits(r.Seconds, 2), SqlText.Number((long)(r.Samples / Math.Max(r.Seconds, 1e-3))), SqlText.Number(r.Bytes),
        ]));
        using var folder = TaskFolder.Create();
        var local = folder.File("epochs.parquet");
        using (var session = DuckDbSession.Open(time: time))
        {
            session.Confine(local);
            await session.WriteResultAsync($"SELECT * FROM (VALUES {string.Join(", ", rows.Select(r => $"({r})"))}) AS epochs({string.Join(", ", columns.Select(c => SqlText.Name(c.Name)))})", columns, local, "zstd", [], cancellationToken);
        }
        var path = $"{JobFiles.Result(job.Run.JobId)}{job.Run.Run}-epochs.parquet";
        await using var content = File.OpenRead(local);
        var written = await store.WriteAsync(JobFiles.Results, path, content, WriteCondition.None, cancellationToken);
        return (columns, path, written.Length);

        static string Digits(double value, int digits) => Math.Round(value, digits).ToString("0.############", CultureInfo.InvariantCulture);
    }

    private Task<ObjectInfo> WriteAsync(string container, string path, byte[] bytes, CancellationToken cancellationToken) =>
        store.WriteAsync(container, path, new MemoryStream(bytes), WriteCondition.None, cancellationToken);

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, ModelStore.Json);
}
