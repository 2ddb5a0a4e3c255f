using System.Collections.Concurrent;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>Plans batch jobs: reads what the datasets hold from their footers, has the query split, prunes what its filters rule out,
/// and packs the rest into tasks.</summary>
public sealed class BatchPlanner(DatasetCatalog datasets, QueryPlanner queries, BatchPublisher publisher, TimeProvider time)
{
    // A spec is checked when it is submitted and planned when its job runs, mostly moments later on the same host: the second time
    // takes what the first has found. Taken, not shared, as now() is the time of planning.
    private const int MostChecked = 64;
    private static readonly TimeSpan CheckedFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (QueryPlan Plan, DateTimeOffset At)> _checked = new(StringComparer.Ordinal);

    /// <summary>Checks a document that somebody sent, by planning its job.</summary>
    /// <exception cref="SpecException">The document, the datasets that it names or its query are faulty; all faults at once.</exception>
    public Task<BatchPlan> CheckAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        return PlanAsync(BatchSpec.Read(spec, faults), null, faults, cancellationToken);
    }

    /// <summary>Plans a job that is to run.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SpecException">The spec no longer fits the datasets.</exception>
    public Task<BatchPlan> PlanAsync(BatchSpec spec, string jobId, CancellationToken cancellationToken) => PlanAsync(spec, jobId, [], cancellationToken);

    private async Task<BatchPlan> PlanAsync(BatchSpec spec, string? jobId, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        // A query that names tables can be checked against them only if all of them are there.
        var tables = await OpenAsync(spec, jobId is not null, faults, cancellationToken);
        var schemas = tables.Select(t => t.Schema).ToList();
        var complete = !faults.Exists(f => f.Pointer.StartsWith("/tables", StringComparison.Ordinal));
        var largest = complete ? Largest(spec, tables) : null;
        var query = spec.Query.Length == 0 ? null
            : complete ? await QueryAsync(spec, schemas, largest, jobId is not null, faults, cancellationToken)
            : await ParseAsync(spec, faults, cancellationToken);
        if (spec.Output is { } output)
        {
            if (query is not null)
                CheckPartitionBy(output, query, faults);
            await publisher.CheckAsync(output, jobId, faults, cancellationToken);
        }
        if (faults.Count > 0)
            throw new SpecException(faults);
        return await PlanAsync(spec, tables, largest, query!, cancellationToken);
    }

    private static async Task<BatchPlan> PlanAsync(BatchSpec spec, IReadOnlyList<OpenTable> tables, string? largest, QueryPlan query, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        var split = query.Split;
        var stages = split is null ? [] : await StagesAsync(split, tables.Single(t => t.Schema.Name == largest), spec.Options, cancellationToken);
        if (split is null)
        {
            notes.Add($"The query runs as one task: {query.Reason}");
        }
        else if (stages.All(s => s.TaskCount <= 1) && stages.Sum(s => s.Tasks.Sum(t => t.Bytes)) < TaskPacking.SmallestShare)
        {
            notes.Add($"The query can be split, but reads less than {ByteSize.Format(TaskPacking.SmallestShare)}: one task is faster.");
            (split, stages) = (null, []);
        }

        var read = new List<BatchTable>();
        foreach (var table in tables)
        {
            var partitioned = split is not null && table.Schema.Name == largest;
            if (query.Reads.FirstOrDefault(r => Same(r.Table, table.Schema.Name)) is { } reads)
                read.Add(await ReadAsync(table, partitioned ? reads with { Columns = Shared(split!) } : reads, partitioned, cancellationToken));
            else
                notes.Add($"The query does not read table '{table.Schema.Name}'.");
        }

        return new BatchPlan(
            read,
            stages,
            split?.FinalSql ?? query.Sql,
            split?.FinalInputs ?? [.. query.Reads.Select(r => r.Table)],
            split is { PartialsAreResult: true } && spec.Output is null or { PartitionBy.Count: 0 },
            query.Result,
            spec.Output,
            spec.Options,
            notes);
    }

    // Who submits a job hears at once why a table cannot be opened; a job that runs tries again where that may help.
    private async Task<List<OpenTable>> OpenAsync(BatchSpec spec, bool forJob, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        var tables = new List<OpenTable>();
        foreach (var (name, dataset) in spec.Tables)
        {
            try
            {
                var opened = await datasets.OpenAsync(dataset, cancellationToken);
                tables.Add(new OpenTable(opened, new TableSchema(name, [.. opened.Columns.Select(c => new ColumnSchema(c.Name, c.Type))]) { PartitionColumns = opened.PartitionColumns }));
            }
            catch (StorageException e) when (!forJob || !e.MayHeal)
            {
                faults.Add(new SpecFault(BatchSpec.TablePointer(name), e.Message));
            }
        }
        return tables;
    }

    // Splitting pays when there is something to share; otherwise its steps only cost time. Null: not worth it.
    private static string? Largest(BatchSpec spec, IReadOnlyList<OpenTable> tables)
    {
        var (largest, bytes) = tables.Select(t => (t.Schema.Name, Bytes: t.Dataset.Files.Sum(f => f.Object.Length))).DefaultIfEmpty().MaxBy(t => t.Bytes);
        return bytes > (spec.Options.TaskSize ?? TaskPacking.SmallestShare) ? largest : null;
    }

    private static async Task<QueryPlan?> ParseAsync(BatchSpec spec, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        try
        {
            await QueryPlanner.ParseAsync(spec.Query, cancellationToken);
        }
        catch (SqlException e)
        {
            faults.Add(new SpecFault("/query", e.Message));
        }
        return null;
    }

    private async Task<QueryPlan?> QueryAsync(
        BatchSpec spec, IReadOnlyList<TableSchema> schemas, string? largest, bool forJob, List<SpecFault> faults, CancellationToken cancellationToken)
    {
        var key = Fingerprint.Of([spec.Query, largest ?? "", .. schemas.SelectMany(Describe)]);
        if (forJob && _checked.TryRemove(key, out var found) && time.GetUtcNow() - found.At < CheckedFor)
            return found.Plan;
        try
        {
            var plan = await queries.PlanAsync(spec.Query, schemas, largest, cancellationToken);
            if (_checked.Count >= MostChecked)
                _checked.Clear();
            if (!forJob)
                _checked[key] = (plan, time.GetUtcNow());
            return plan;
        }
        catch (SqlException e)
        {
            faults.Add(new SpecFault("/query", e.Message));
            return null;
        }
    }

    // Where a column's values are decides how it is filtered.
    private static IEnumerable<string> Describe(TableSchema table) =>
        table.Columns.Select(c => $"{table.Name} {(table.PartitionColumns.Contains(c.Name) ? "folder" : "file")} {c.Name} {c.Type}");

    private static void CheckPartitionBy(BatchOutputSpec output, QueryPlan query, List<SpecFault> faults)
    {
        var names = query.Result.Select(c => c.Name).ToList();
        var unknown = output.PartitionBy.Index()
            .Where(p => !names.Contains(p.Item, StringComparer.OrdinalIgnoreCase))
            .Select(p => new SpecFault($"/output/partitionBy/{p.Index}", $"The query's result has no column '{p.Item}'.{NearestName.Hint(p.Item, names)}"))
            .ToList();
        faults.AddRange(unknown);
        if (unknown.Count == 0 && output.PartitionBy.Count > 0 && output.PartitionBy.Count >= names.Count)
            faults.Add(new SpecFault("/output/partitionBy", "Every column of the result is a partition column, which leaves none for the files. Leave one out."));
    }

    // What the scans read of the large table, all together; no other step reads it.
    private static List<string> Shared(SplitQuery split) =>
        [.. split.Blocks.SelectMany(b => b.Large.Columns).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static async Task<List<BatchStage>> StagesAsync(SplitQuery split, OpenTable large, BatchOptions options, CancellationToken cancellationToken)
    {
        // The planner names blocks and derived tables in an order in which each comes after those that it reads.
        var waiting = split.Blocks.Select(b => (b.Name, b.Inputs)).Concat(split.Derived.Select(d => (d.Name, d.Inputs))).ToList();
        var names = waiting.Select(w => w.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var stages = new List<BatchStage>();
        while (waiting.Count > 0)
        {
            var (name, _) = waiting.First(w => w.Inputs.All(i => !names.Contains(i) || stages.Exists(s => Same(s.Name, i))));
            waiting.RemoveAll(w => w.Name == name);
            if (split.Blocks.FirstOrDefault(b => b.Name == name) is { } block)
            {
                var read = block.Large with { Columns = large.NeverNone(block.Large.Columns) };
                var files = await PruneAsync(large, read, cancellationToken);
                var tasks = TaskPacking.Pack(files, (file, group) => large.Measure(file, group, read.Columns), options.TaskSize, options.ParallelTasks);
                stages.Add(new BatchStage($"scan {stages.Count + 1}", block with { Large = read }, null, tasks));
            }
            else
            {
                stages.Add(new BatchStage($"derive {stages.Count + 1}", null, split.Derived.First(d => d.Name == name), []));
            }
        }
        return stages;
    }

    private static async Task<BatchTable> ReadAsync(OpenTable table, TableRead read, bool partitioned, CancellationToken cancellationToken)
    {
        var dataset = table.Dataset;
        read = read with { Columns = table.NeverNone(read.Columns) };
        return new BatchTable(
            table.Schema.Name,
            dataset.Name,
            partitioned,
            table.Schema.Columns,
            dataset.PartitionColumns,
            read.Columns,
            await PruneAsync(table, read, cancellationToken),
            dataset.Files.Count,
            dataset.Files.Sum(f => f.Footer.RowGroups.Count),
            dataset.Files.Sum(f => f.Object.Length));
    }

    private static async Task<IReadOnlyList<BatchFile>> PruneAsync(OpenTable table, TableRead read, CancellationToken cancellationToken)
    {
        var files = table.Dataset.Files;
        var partitions = await ScanPruner.KeepPartitionsAsync(read.Filter, table.Schema, [.. files.Select(table.PartitionOf)], cancellationToken);
        var kept = files.Where((_, i) => partitions[i]).ToList();
        var groups = kept.SelectMany(f => f.Footer.RowGroups.Select((g, i) => (File: f, Group: g, Index: i))).ToList();
        var matches = await ScanPruner.KeepRowGroupsAsync(read.Filter, [.. groups.Select(g => OpenTable.Statistics(g.File, g.Group))], cancellationToken);
        return [.. groups.Where((_, i) => matches[i]).GroupBy(g => g.File).Select(g => OpenTable.Slice(g.Key, [.. g.Select(x => x.Index)], read.Columns))];
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
