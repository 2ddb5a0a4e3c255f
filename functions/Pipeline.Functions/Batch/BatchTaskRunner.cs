using System.Diagnostics;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>Does the work of the tasks of a batch job: fetch, query, write.</summary>
public sealed class BatchTaskRunner(IObjectStore store, BatchInputs inputs, BatchPublisher publisher, TimeProvider time)
{
    /// <summary>Runs a task of a stage over its share, and leaves its state, or its part of the result.</summary>
    public Task<TaskReport> RunStageTaskAsync(BatchPlan plan, BatchTaskRef task, CancellationToken cancellationToken)
    {
        var stage = plan.Stages[task.Stage];
        var reads = plan.FilesOf(stage.Inputs).Concat(stage.Scan is null ? [] : stage.Tasks[task.Index].Files);
        return MakeAsync(plan, Target(plan, task), reads, async input =>
        {
            if (stage.Scan is not null)
                await inputs.AddShareAsync(input, plan, stage, stage.Tasks[task.Index], cancellationToken);
            await inputs.AddAsync(input, plan, new BatchRun(task.JobId, task.Run), stage.Inputs, cancellationToken);
        }, (session, path) => plan.StatesAreResult
            ? session.WriteResultAsync(stage.Sql, plan.ResultColumns, path, Compression(plan), [], cancellationToken)
            : session.WriteExactAsync(stage.Sql, stage.Columns, path, cancellationToken), cancellationToken);
    }

    /// <summary>Makes one state of several.</summary>
    public Task<TaskReport> RunMergeTaskAsync(BatchPlan plan, BatchTaskRef task, CancellationToken cancellationToken)
    {
        var scan = plan.Stages[task.Stage].Scan!;
        return MakeAsync(plan, Target(plan, task), [], input => inputs.AddStatesAsync(input, plan, task, cancellationToken),
            (session, path) => session.WriteExactAsync(scan.MergeSql, scan.Columns, path, cancellationToken), cancellationToken);
    }

    /// <summary>Makes the result, and the dataset that the spec wants written.</summary>
    public async Task<BatchOutcome> RunFinalTaskAsync(BatchPlan plan, BatchRun run, CancellationToken cancellationToken)
    {
        var parts = plan.StatesAreResult ? plan.Stages[0].TaskCount : 1;
        var report = plan.StatesAreResult ? new TaskReport() : await MakeAsync(plan, (JobFiles.Results, BatchFiles.Part(run, 0)), plan.FilesOf(plan.FinalInputs),
            input => inputs.AddAsync(input, plan, run, plan.FinalInputs, cancellationToken),
            (session, path) => session.WriteResultAsync(plan.FinalSql, plan.ResultColumns, path, Compression(plan), [], cancellationToken), cancellationToken);

        var files = Enumerable.Range(0, parts).Select(i => BatchFiles.Part(run, i)).ToList();
        var (rows, bytes) = await inputs.MeasureAsync(files, cancellationToken);
        if (plan.Output is { } output)
            await publisher.PublishAsync(plan, run, output, files, cancellationToken);
        return new BatchOutcome(report with { Rows = rows, Bytes = bytes }, [.. plan.ResultColumns.Select(c => new ResultColumn(c.Name, c.Type))], files);
    }

    private static (string Container, string Path) Target(BatchPlan plan, BatchTaskRef task) => plan.StatesAreResult
        ? (JobFiles.Results, BatchFiles.Part(new BatchRun(task.JobId, task.Run), task.Index))
        : (JobFiles.Container, BatchFiles.State(task));

    private static string Compression(BatchPlan plan) => plan.Output?.Compression ?? BatchOutputSpec.DefaultCompression;

    // Opens a session, lets its tables be added, closes it to all else, writes one file, and commits that by one atomic write.
    private async Task<TaskReport> MakeAsync(
        BatchPlan plan,
        (string Container, string Path) target,
        IEnumerable<BatchFile> reads,
        Func<TaskInput, Task> addTables,
        Func<DuckDbSession, string, Task<long>> write,
        CancellationToken cancellationToken)
    {
        // An earlier attempt got this far; what it left is what this one would make, and what it read is as planned.
        if (await store.FindAsync(target.Container, target.Path, cancellationToken) is { } finished)
            return new TaskReport(Rows: await inputs.CountRowsAsync(finished, cancellationToken), Bytes: finished.Length, RowsRead: reads.Sum(f => f.Rows), BytesRead: reads.Sum(f => f.Bytes));

        using var folder = TaskFolder.Create();
        using var session = Open(plan.Options, folder, time);
        var watch = Stopwatch.StartNew();
        var input = new TaskInput(session, folder);
        await addTables(input);
        var fetchMs = watch.ElapsedMilliseconds;

        var local = folder.File("output.parquet");
        session.Confine(local);
        watch.Restart();
        var rows = await write(session, local);
        var queryMs = watch.ElapsedMilliseconds;

        watch.Restart();
        await inputs.EnsureUnchangedAsync(input, cancellationToken);
        await using var file = File.OpenRead(local);
        var written = await store.WriteAsync(target.Container, target.Path, file, WriteCondition.None, cancellationToken);
        return input.Report with { Rows = rows, Bytes = written.Length, FetchMs = fetchMs, QueryMs = queryMs, WriteMs = watch.ElapsedMilliseconds };
    }

    internal static DuckDbSession Open(BatchOptions options, TaskFolder folder, TimeProvider time) => DuckDbSession.Open(new DuckDbSessionOptions
    {
        MemoryLimitBytes = options.MemoryPerTask,
        StatementTimeout = options.TaskTimeout,
        TempDirectory = folder.Path,
    }, time);
}
