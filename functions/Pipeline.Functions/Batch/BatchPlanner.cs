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

    /// <summary>Plans a job.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="jobId">The job that is to run; null to check the spec only.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SpecException">The spec does not fit the datasets, or the query is wrong.</exception>
    /// <exception cref="StorageException">A dataset cannot be read; the message names the file.</exception>
    public async Task<BatchPlan> PlanAsync(BatchSpec spec, string? jobId, CancellationToken cancellationToken)
    {
        var tables = await OpenAsync(spec, cancellationToken);
        var schemas = tables.Select(t => t.Schema).ToList();
        var largest = Largest(spec, tables);
        var query = await QueryAsync(spec, schemas, largest, jobId is not null, cancellationToken);
        if (spec.Output is { } output)
        {
            CheckPartitionBy(output, query);
            await publisher.CheckAsync(output, jobId, cancellationToken);
        }

        var notes = new List<string>();
        var split = query.Split;
        var stages = new List<BatchStage>();
        var read = new List<BatchTable>();
        foreach (var table in tables)
        {
            var partitioned = split is not null && table.Schema.Name == largest;
            if (query.Reads.FirstOrDefault(r => Same(r.Table, table.Schema.Name)) is { } reads)
                read.Add(await ReadAsync(table, partitioned ? reads with { Columns = Shared(split!) } : reads, partitioned, cancellationToken));
            else
                notes.Add($"The query does not read table '{table.Schema.Name}'.");
        }

        if (split is not null)
        {
            stages = await StagesAsync(split, tables.Single(t => t.Schema.Name == largest), spec.Options, cancellationToken);
            if (stages.All(s => s.TaskCount <= 1) && stages.Sum(s => s.Tasks.Sum(t => t.Bytes)) < TaskPacking.SmallestShare)
            {
                notes.Add($"The query can be split, but reads less than {ByteSize.Format(TaskPacking.SmallestShare)}: one task is faster.");
                split = null;
                stages = [];
                read = [.. read.Select(t => t with { Partitioned = false })];
            }
        }
        else
        {
            notes.Add($"The query runs as one task: {query.Reason}");
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

    private async Task<List<OpenTable>> OpenAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        var faults = new List<SpecFault>();
        var tables = new List<OpenTable>();
        foreach (var (name, dataset) in spec.Tables)
        {
            try
            {
                var opened = await datasets.OpenAsync(dataset, cancellationToken);
                tables.Add(new OpenTable(opened, new TableSchema(name, [.. opened.Columns.Select(c => new ColumnSchema(c.Name, c.Type))]) { PartitionColumns = opened.PartitionColumns }));
            }
            catch (StorageException e) when (e is not StorageFullException)
            {
                faults.Add(new SpecFault($"/tables/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", e.Message));
            }
        }
        return faults.Count == 0 ? tables : throw new SpecException(faults);
    }

    // Splitting pays when there is something to share; otherwise its steps only cost time. Null: not worth it.
    private static string? Largest(BatchSpec spec, IReadOnlyList<OpenTable> tables)
    {
        var (largest, bytes) = tables.Select(t => (t.Schema.Name, Bytes: t.Dataset.Files.Sum(f => f.Object.Length))).MaxBy(t => t.Bytes);
        return bytes > (spec.Options.TaskSize ?? TaskPacking.SmallestShare) ? largest : null;
    }

    private async Task<QueryPlan> QueryAsync(BatchSpec spec, IReadOnlyList<TableSchema> schemas, string? largest, bool forJob, CancellationToken cancellationToken)
    {
        var key = Fingerprint.Of([spec.Query, largest ?? "", .. schemas.SelectMany(s => s.Columns.Select(c => $"{s.Name} {c.Name} {c.Type}"))]);
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
            throw new SpecException("/query", e.Message);
        }
    }

    private static void CheckPartitionBy(BatchOutputSpec output, QueryPlan query)
    {
        var names = query.Result.Select(c => c.Name).ToList();
        var faults = output.PartitionBy.Index()
            .Where(p => !names.Contains(p.Item, StringComparer.OrdinalIgnoreCase))
            .Select(p => new SpecFault($"/output/partitionBy/{p.Index}", $"The query's result has no column '{p.Item}'.{NearestName.Hint(p.Item, names)}"))
            .ToList();
        if (faults.Count == 0 && output.PartitionBy.Count > 0 && output.PartitionBy.Count >= names.Count)
            faults.Add(new SpecFault("/output/partitionBy", "Every column of the result is a partition column, which leaves none for the files. Leave one out."));
        if (faults.Count > 0)
            throw new SpecException(faults);
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
                var files = await PruneAsync(large, block.Large, cancellationToken);
                var tasks = TaskPacking.Pack(files, (file, group) => large.Measure(file, group, block.Large.Columns), options.TaskSize, options.ParallelTasks);
                var columns = block with { Large = block.Large with { Columns = large.NeverNone(block.Large.Columns) } };
                stages.Add(new BatchStage($"scan {stages.Count + 1}", columns, null, tasks));
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
        return new BatchTable(
            table.Schema.Name,
            dataset.Name,
            partitioned,
            table.Schema.Columns,
            dataset.PartitionColumns,
            table.NeverNone(read.Columns),
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
        return [.. groups.Where((_, i) => matches[i]).GroupBy(g => g.File).Select(g => table.Slice(g.Key, [.. g.Select(x => x.Index)], read.Columns))];
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
