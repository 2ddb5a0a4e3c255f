using System.Globalization;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Asks a model about the rows of a task's share, and writes the rows with what it says.</summary>
public sealed class ScoringRunner(IObjectStore store, ModelRuntime runtime, SamplePreparer preparer, ParquetFetcher fetcher, TimeProvider time)
{
    /// <summary>Runs a task. Done twice, it writes the same file.</summary>
    public async Task<ScoringReport> RunAsync(ScoringPlan plan, string jobId, string run, int number, CancellationToken cancellationToken)
    {
        var model = await runtime.LoadAsync(plan.Model, plan.Version, cancellationToken);
        var report = new ScoringReport();
        foreach (var (index, file) in plan.Tasks[number].Files.Index())
        {
            var samples = await preparer.ReadAsync(plan.Source, model.Document.Data with { Where = null }, file, null, withLabel: false, cancellationToken);
            var predictions = ModelRuntime.Predict(model, samples, cancellationToken);
            var written = await WriteAsync(plan, model.Document, predictions, file, Path(plan, jobId, run, number, index), cancellationToken);
            report = report.Add(new ScoringReport(predictions.Count, written, file.Bytes));
        }
        return report;
    }

    /// <summary>Removes what another run of the job has left, and closes the dataset with its marker.</summary>
    public async Task<IReadOnlyList<string>> CloseAsync(ScoringPlan plan, string jobId, string run, CancellationToken cancellationToken)
    {
        var files = plan.Tasks.SelectMany((task, number) => task.Files.Select((_, index) => Path(plan, jobId, run, number, index))).ToList();
        await foreach (var blob in store.ListAsync(DatasetFolders.Container, $"{plan.Output}/{jobId}.", cancellationToken))
        {
            if (!files.Contains(blob.Path, StringComparer.Ordinal))
                await store.DeleteAsync(DatasetFolders.Container, blob.Path, cancellationToken);
        }
        await store.WriteAsync(DatasetFolders.Container, $"{plan.Output}/{DatasetFolders.SuccessMarker}", Stream.Null, WriteCondition.None, cancellationToken);
        return files;
    }

    // A job's id holds no dot, so that no other job's files can be taken for its own.
    private static string Path(ScoringPlan plan, string jobId, string run, int number, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Output}/{jobId}.{run}.{number:D5}-{index:D3}.parquet");

    private async Task<long> WriteAsync(ScoringPlan plan, ModelDocument document, Predictions predictions, DataFile file, string target, CancellationToken cancellationToken)
    {
        using var folder = TaskFolder.Create();
        var whole = plan.Source with { Read = [.. plan.Source.Columns.Select(c => c.Name)] };
        var slice = new ParquetSlice(DatasetFolders.Container, file.Path, file.ETag, whole.Stored(), file.RowGroups);
        var fetched = await fetcher.FetchAsync(slice, folder, cancellationToken);
        var local = folder.File("scored.parquet");
        using (var session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = folder.Path }, time))
        {
            session.AddTable(whole.ReadSchema(), [whole.Local(file, fetched)]);
            var said = SaidTable.Columns(document, SaidTable.UsualName);
            SaidTable.Create(session, said);
            SaidTable.Fill(session, document, predictions);
            session.Confine(local);
            IReadOnlyList<ColumnSchema> columns = [.. whole.Columns, .. said];
            await session.WriteResultAsync($"SELECT * FROM {SampleSource.Table} POSITIONAL JOIN {SaidTable.Name}", columns, local, "zstd", [], cancellationToken);
        }
        await fetcher.EnsureUnchangedAsync(slice, fetched, cancellationToken);
        await using var content = File.OpenRead(local);
        return (await store.WriteAsync(DatasetFolders.Container, target, content, WriteCondition.None, cancellationToken)).Length;
    }
}
