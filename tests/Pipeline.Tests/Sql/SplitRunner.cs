using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>
/// Runs a plan the way a job does: partials, merges in a tree of any shape that keeps the order, derived tables, the final step,
/// with Parquet between. Each in its own confined session; or, where only the answer matters, all in one open session.
/// </summary>
internal sealed class SplitRunner(
    string folder, IReadOnlyList<TableSchema> tables, IReadOnlyDictionary<string, IReadOnlyList<string>> files, DuckDbSession? shared = null)
{
    private static int _files;
    private readonly Dictionary<string, IReadOnlyList<string>> _made = [];

    /// <summary>The rows of a query by DuckDB alone, over all files.</summary>
    public Task<QueryRows> AloneAsync(QueryPlan plan) => ReadAsync(plan.Sql, plan.Result, Tables());

    /// <summary>The rows of a split query.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="large">The large table.</param>
    /// <param name="parts">Which files each task reads.</param>
    /// <param name="mergeWidth">How many neighbouring partials to merge at a time, again and again until one remains; null for no merging.</param>
    public async Task<QueryRows> SplitAsync(QueryPlan plan, string large, IReadOnlyList<IReadOnlyList<string>> parts, Func<int>? mergeWidth)
    {
        var split = plan.Split!;
        var steps = split.Blocks.Select(b => (b.Name, b.Inputs, Run: (Func<Task>)(() => RunBlockAsync(split, b, large, parts, mergeWidth))))
            .Concat(split.Derived.Select(d => (d.Name, d.Inputs, Run: (Func<Task>)(() => RunDerivedAsync(split, d))))).ToList();
        while (steps.Count > 0)
        {
            var step = steps.First(s => s.Inputs.All(i => _made.ContainsKey(i) || tables.Any(t => t.Name == i)));
            await step.Run();
            steps.Remove(step);
        }

        return await ReadAsync(split.FinalSql, plan.Result, s => AddInputs(s, split, split.FinalInputs));
    }

    private async Task RunBlockAsync(SplitQuery split, ScanBlock block, string large, IReadOnlyList<IReadOnlyList<string>> parts, Func<int>? mergeWidth)
    {
        var partials = new List<string>();
        foreach (var part in parts)
        {
            partials.Add(await WriteAsync(block.PartialSql, block.Columns, s =>
            {
                var schema = tables.Single(t => t.Name == large);
                var pruned = schema with { Columns = [.. schema.Columns.Where(c => block.Large.Columns.Contains(c.Name))] };
                s.AddTable(pruned.Columns.Count == 0 ? schema : pruned, [.. part.Select(f => new ParquetFile(f))]);
                AddInputs(s, split, block.Inputs);
            }));
        }

        while (mergeWidth is not null && partials.Count > 1)
        {
            var merged = new List<string>();
            while (partials.Count > 0)
            {
                var group = partials.Take(Math.Max(merged.Count == 0 ? 2 : 1, mergeWidth())).ToList();
                partials.RemoveRange(0, group.Count);
                merged.Add(group is [var only] ? only : await WriteAsync(block.MergeSql, block.Columns, s => s.AddPartials(block, group)));
            }

            partials = merged;
        }

        _made[block.Name] = partials;
    }

    private async Task RunDerivedAsync(SplitQuery split, DerivedTable derived) =>
        _made[derived.Name] = [await WriteAsync(derived.Sql, derived.Columns, s => AddInputs(s, split, derived.Inputs))];

    private void AddInputs(DuckDbSession session, SplitQuery split, IReadOnlyList<string> inputs)
    {
        foreach (var input in inputs)
        {
            if (split.Blocks.FirstOrDefault(b => b.Name == input) is { } block)
            {
                session.AddPartials(block, _made[input]);
            }
            else if (split.Derived.FirstOrDefault(d => d.Name == input) is { } derived)
            {
                session.AddDerived(derived, _made[input]);
            }
            else
            {
                session.AddTable(tables.Single(t => t.Name == input), [.. files[input].Select(f => new ParquetFile(f))]);
            }
        }
    }

    private Action<DuckDbSession> Tables() => session =>
    {
        foreach (var table in tables)
        {
            session.AddTable(table, [.. files[table.Name].Select(f => new ParquetFile(f))]);
        }
    };

    private async Task<string> WriteAsync(string sql, IReadOnlyList<ColumnSchema> columns, Action<DuckDbSession> setUp)
    {
        var path = Path.Combine(folder, $"made{Interlocked.Increment(ref _files)}.parquet");
        await InSessionAsync(setUp, session => session.WriteExactAsync(sql, columns, path, CancellationToken.None), path);
        return path;
    }

    private Task<QueryRows> ReadAsync(string sql, IReadOnlyList<ColumnSchema> columns, Action<DuckDbSession> setUp) =>
        InSessionAsync(setUp, session => session.ReadRowsAsync(sql, columns, 1_000_000, CancellationToken.None));

    private async Task<T> InSessionAsync<T>(Action<DuckDbSession> setUp, Func<DuckDbSession, Task<T>> run, params string[] writable)
    {
        if (shared is not null)
        {
            setUp(shared);
            return await run(shared);
        }

        using var session = DuckDbSession.Open();
        setUp(session);
        session.Confine(writable);
        return await run(session);
    }
}
