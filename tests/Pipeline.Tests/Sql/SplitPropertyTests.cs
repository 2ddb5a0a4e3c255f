using CsCheck;
using Pipeline.Sql;
using Xunit.Abstractions;

namespace Pipeline.Tests.Sql;

/// <summary>For random queries over random partitioned data, the split query's answer is DuckDB's own.</summary>
public sealed class SplitPropertyTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> _split = [];
    private readonly Dictionary<string, int> _notSplit = [];
    private List<string> _parts = [];
    private int _failedAlone;
    private int _queries;

    [Fact]
    public async Task Split_RandomQueriesOverRandomParts_GiveDuckDbsAnswer()
    {
        await Gen.Select(TableGen.Parts, QueryGen.Query.Array[8], Gen.Int[2, 4]).SampleAsync(20, output, c => CheckAsync(c.Item1, c.Item2, c.Item3));

        output.WriteLine($"{_queries} queries, of which DuckDB itself refused {_failedAlone}");
        foreach (var (feature, count) in _split.OrderBy(p => p.Key))
        {
            output.WriteLine($"{count,5} split: {feature}");
        }

        foreach (var (reason, count) in _notSplit)
        {
            output.WriteLine($"{count,5} not split: {reason}");
        }

        // Falling back to one task always gives the right answer, so it must not hide that nothing was tested.
        Assert.True(_notSplit.Values.Sum() <= _queries / 50, $"{_notSplit.Values.Sum()} of {_queries} queries were not split: {string.Join("; ", _notSplit.Keys)}");
        var missing = QueryGen.Features.Except(_split.Keys).ToList();
        Assert.True(missing.Count == 0 || !RandomRuns.IsDefault, $"no query was split that has: {string.Join(", ", missing)}");
        Assert.True(_failedAlone <= _queries / 20, $"DuckDB refused {_failedAlone} of {_queries} queries");
    }

    private async Task CheckAsync(string[][] parts, GeneratedQuery[] queries, int width)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-sql-").FullName;
        try
        {
            using var session = DuckDbSession.Open();
            var files = TableGen.Write(session, folder, parts);
            _parts = parts.Select(p => string.Join('\n', p)).ToList();
            foreach (var query in queries)
            {
                await CheckAsync(new SplitRunner(folder, TableGen.Schemas, files, session), files["big"], query, width);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task CheckAsync(SplitRunner runner, IReadOnlyList<string> files, GeneratedQuery query, int width)
    {
        _queries++;
        QueryPlan plan;
        QueryRows expected;
        try
        {
            plan = await new QueryPlanner().PlanAsync(query.Sql, TableGen.Schemas, "big", CancellationToken.None);
            expected = await runner.AloneAsync(plan);
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException)
        {
            output.WriteLine($"DuckDB refused: {e.Message}\n  {query.Sql}");
            _failedAlone++;
            return;
        }

        if (plan.Split is null)
        {
            output.WriteLine($"not split, {plan.Reason}:\n  {query.Sql}");
            _notSplit[plan.Reason!] = _notSplit.GetValueOrDefault(plan.Reason!) + 1;
            return;
        }

        try
        {
            RowSets.AssertSame(expected, await runner.SplitAsync(plan, "big", [.. files.Select(f => new[] { f })], () => width), query.InOrder);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{query.Sql}\n{e.Message}\nparts:\n{string.Join("\n", _parts)}\npartial: {string.Join('\n', plan.Split.Blocks.Select(b => b.PartialSql))}\nfinal: {plan.Split.FinalSql}", e);
        }

        foreach (var feature in query.Features)
        {
            _split[feature] = _split.GetValueOrDefault(feature) + 1;
        }
    }
}
