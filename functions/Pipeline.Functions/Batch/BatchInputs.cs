using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>Brings what a task reads into its session: shares of tables, whole small tables, states of earlier stages.</summary>
public sealed class BatchInputs(IObjectStore store, FooterReader footers, ParquetFetcher fetcher)
{
    // Enough to hide the latency of a store behind the bandwidth of a host.
    private const int ParallelFetches = 8;

    /// <summary>Adds a scan task's share of its table.</summary>
    public Task AddShareAsync(TaskInput input, BatchPlan plan, BatchStage stage, BatchTask share, CancellationToken cancellationToken) =>
        AddTableAsync(input, plan.Tables.First(t => t.Name == stage.Scan!.Large.Table) with { Read = stage.Scan!.Large.Columns }, share.Files, cancellationToken);

    /// <summary>Adds tables and the states of earlier stages, whole.</summary>
    public async Task AddAsync(TaskInput input, BatchPlan plan, BatchRun run, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        foreach (var table in plan.Tables.Where(t => names.Contains(t.Name, StringComparer.OrdinalIgnoreCase)))
            await AddTableAsync(input, table, table.Files, cancellationToken);
        foreach (var (index, stage) in plan.Stages.Index())
        {
            if (!names.Contains(stage.Name, StringComparer.OrdinalIgnoreCase))
                continue;
            var levels = stage.Levels();
            var states = Enumerable.Range(0, levels[^1]).Select(i => new BatchTaskRef(run.JobId, run.Run, index, levels.Count - 1, i, stage.Title));
            Add(input, stage, await FetchAsync(JobFiles.Container, [.. states.Select(BatchFiles.State)], input.Folder, cancellationToken));
        }
    }

    /// <summary>Adds the states that a merge task makes one of.</summary>
    public async Task AddStatesAsync(TaskInput input, BatchPlan plan, BatchTaskRef task, CancellationToken cancellationToken)
    {
        var stage = plan.Stages[task.Stage];
        var first = task.Index * BatchShapeStage.FanIn;
        var count = Math.Min(BatchShapeStage.FanIn, stage.Levels()[task.Level - 1] - first);
        var states = Enumerable.Range(first, count).Select(i => task with { Level = task.Level - 1, Index = i });
        Add(input, stage, await FetchAsync(JobFiles.Container, [.. states.Select(BatchFiles.State)], input.Folder, cancellationToken));
    }

    /// <summary>Adds the files of a result.</summary>
    public async Task AddResultAsync(TaskInput input, string name, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var local = await FetchAsync(JobFiles.Results, files, input.Folder, cancellationToken);
        input.Session.AddTable(new TableSchema(name, ParquetCarrier.WithStoredNames(columns)), [.. local.Select(path => new ParquetFile(path))]);
    }

    /// <summary>Makes sure, once a task has read, that every file was all the time as it was planned on.</summary>
    /// <exception cref="ConditionFailedException">One was replaced; the message names it.</exception>
    public async Task EnsureUnchangedAsync(TaskInput input, CancellationToken cancellationToken)
    {
        foreach (var (slice, local) in input.Slices)
            await fetcher.EnsureUnchangedAsync(slice, local, cancellationToken);
    }

    /// <summary>How many rows and bytes some files of a result hold.</summary>
    public async Task<(long Rows, long Bytes)> MeasureAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        long rows = 0, bytes = 0;
        await ParallelAsync(files.Count, async i =>
        {
            var file = await store.FindAsync(JobFiles.Results, files[i], cancellationToken)
                ?? throw new StorageException($"{JobFiles.Results}/{files[i]} is gone, though a task wrote it. Submit the job again.");
            Interlocked.Add(ref rows, await CountRowsAsync(file, cancellationToken));
            Interlocked.Add(ref bytes, file.Length);
        }, cancellationToken);
        return (rows, bytes);
    }

    /// <summary>How many rows a Parquet file of a result or a state holds.</summary>
    public async Task<long> CountRowsAsync(ObjectInfo file, CancellationToken cancellationToken) => (await footers.ReadAsync(file, cancellationToken)).Rows;

    private static void Add(TaskInput input, BatchStage stage, IReadOnlyList<string> files)
    {
        if (stage.Scan is not null)
            input.Session.AddPartials(stage.Scan, files);
        else
            input.Session.AddDerived(stage.Derived!, files);
    }

    private async Task AddTableAsync(TaskInput input, BatchTable table, IReadOnlyList<BatchFile> files, CancellationToken cancellationToken)
    {
        var read = table.Columns.Where(c => table.Read.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        var stored = read.Select(c => c.Name).Except(table.PartitionColumns, StringComparer.OrdinalIgnoreCase).ToList();
        var local = new ParquetFile[files.Count];
        await ParallelAsync(files.Count, async i =>
        {
            var slice = new ParquetSlice(DatasetFolders.Container, files[i].Path, files[i].ETag, stored, files[i].RowGroups);
            var fetched = await fetcher.FetchAsync(slice, input.Folder, cancellationToken);
            input.Slices.Enqueue((slice, fetched));
            input.Count(files[i], fetched);
            var partition = table.PartitionColumns.Zip(files[i].Partition).ToDictionary(p => p.First, p => p.Second, StringComparer.OrdinalIgnoreCase);
            local[i] = new ParquetFile(fetched.Path, partition, fetched.Rows?.Select(r => (r.First, r.Last)).ToList());
        }, cancellationToken);
        var partitionColumns = table.PartitionColumns.Where(p => read.Exists(c => string.Equals(c.Name, p, StringComparison.OrdinalIgnoreCase)));
        input.Session.AddTable(new TableSchema(table.Name, read) { PartitionColumns = [.. partitionColumns] }, local);
    }

    // Whole files of the app's own, which are read to the last byte anyway.
    private async Task<IReadOnlyList<string>> FetchAsync(string container, IReadOnlyList<string> paths, TaskFolder folder, CancellationToken cancellationToken)
    {
        var local = new string[paths.Count];
        await ParallelAsync(paths.Count, async i => local[i] = await FetchAsync(container, paths[i], folder, cancellationToken), cancellationToken);
        return local;
    }

    private async Task<string> FetchAsync(string container, string path, TaskFolder folder, CancellationToken cancellationToken)
    {
        if (store.LocalPath(container, path) is { } inPlace)
            return inPlace;
        var local = folder.File($"{Guid.NewGuid():n}.parquet");
        await using var from = await store.OpenReadAsync(container, path, cancellationToken);
        await using var to = File.Create(local);
        await from.CopyToAsync(to, cancellationToken);
        return local;
    }

    private static Task ParallelAsync(int count, Func<int, Task> work, CancellationToken cancellationToken) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = ParallelFetches, CancellationToken = cancellationToken }, async (i, _) => await work(i));
}
