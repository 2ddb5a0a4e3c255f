using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>Writes a job's result as a dataset, with names that tell whose they are, so that doing it twice changes nothing.</summary>
public sealed class BatchPublisher(IObjectStore store, BatchInputs inputs, TimeProvider time)
{
    /// <summary>Whether a job may write its output; checked before it starts, and again before it writes.</summary>
    /// <exception cref="SpecException">The dataset has data of others, and the mode is to refuse then.</exception>
    public async Task CheckAsync(BatchOutputSpec output, string? jobId, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        if (output.Mode == BatchOutputSpec.Fail && (await OthersAsync(output, jobId, cancellationToken)).Count > 0)
        {
            faults.Add(new SpecFault("/output/dataset", $"The dataset '{output.Dataset}' has data. Choose another name, or set output.mode to "
                + $"'{BatchOutputSpec.Append}' or '{BatchOutputSpec.Replace}'."));
        }
    }

    /// <summary>Writes the files of a result to the dataset, removes what they replace, and closes the upload with its marker.</summary>
    public async Task PublishAsync(BatchPlan plan, BatchRun run, BatchOutputSpec output, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        await CheckAsync(output, run.JobId, faults, cancellationToken);
        if (faults.Count > 0)
            throw new SpecException(faults);
        var written = output.PartitionBy.Count == 0
            ? await CopyAsync(run, output, files, cancellationToken)
            : await PartitionAsync(plan, run, output, files, cancellationToken);

        // Nothing that was there goes before all that replaces it is there. Files of an earlier run of this job go in any mode.
        var old = output.Mode == BatchOutputSpec.Replace ? await OthersAsync(output, null, cancellationToken) : await OwnAsync(output, run.JobId, cancellationToken);
        foreach (var path in old.Except(written, StringComparer.Ordinal))
            await store.DeleteAsync(DatasetFolders.Container, path, cancellationToken);
        await store.WriteAsync(DatasetFolders.Container, $"{output.Dataset}/{DatasetFolders.SuccessMarker}", Stream.Null, WriteCondition.None, cancellationToken);
    }

    private async Task<HashSet<string>> CopyAsync(BatchRun run, BatchOutputSpec output, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, file) in files.Index())
        {
            var path = $"{output.Dataset}/{Name(run, index)}";
            await using var content = await store.OpenReadAsync(JobFiles.Results, file, cancellationToken);
            await store.WriteAsync(DatasetFolders.Container, path, content, WriteCondition.None, cancellationToken);
            written.Add(path);
        }
        return written;
    }

    private async Task<HashSet<string>> PartitionAsync(BatchPlan plan, BatchRun run, BatchOutputSpec output, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        using var folder = TaskFolder.Create();
        var target = folder.File("partitions");
        using (var session = BatchTaskRunner.Open(plan.Options, folder, time))
        {
            await inputs.AddResultAsync(new TaskInput(session, folder), "result", plan.ResultColumns, files, cancellationToken);
            session.Confine(target + Path.DirectorySeparatorChar);
            await session.WriteResultAsync("SELECT * FROM result", plan.ResultColumns, target, output.Compression, output.PartitionBy, cancellationToken);
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, local) in Directory.EnumerateFiles(target, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Index())
        {
            var partition = Path.GetRelativePath(target, Path.GetDirectoryName(local)!).Replace(Path.DirectorySeparatorChar, '/');
            var path = $"{output.Dataset}/{partition}/{Name(run, index)}";
            await using var content = File.OpenRead(local);
            await store.WriteAsync(DatasetFolders.Container, path, content, WriteCondition.None, cancellationToken);
            written.Add(path);
        }
        return written;
    }

    private Task<List<string>> OthersAsync(BatchOutputSpec output, string? jobId, CancellationToken cancellationToken) =>
        ListAsync(output, file => jobId is null || !file.StartsWith($"{jobId}.", StringComparison.Ordinal), cancellationToken);

    private Task<List<string>> OwnAsync(BatchOutputSpec output, string jobId, CancellationToken cancellationToken) =>
        ListAsync(output, file => file.StartsWith($"{jobId}.", StringComparison.Ordinal), cancellationToken);

    private async Task<List<string>> ListAsync(BatchOutputSpec output, Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        var paths = new List<string>();
        await foreach (var blob in store.ListAsync(DatasetFolders.Container, $"{output.Dataset}/", cancellationToken))
        {
            if (DatasetFolders.IsDataFile(blob.Path) && wanted(blob.Path[(blob.Path.LastIndexOf('/') + 1)..]))
                paths.Add(blob.Path);
        }
        return paths;
    }

    // A job's id holds no dot, so that no other job's files can be taken for its own.
    private static string Name(BatchRun run, int index) => $"{run.JobId}.{run.Run}.{index:D5}.parquet";
}
