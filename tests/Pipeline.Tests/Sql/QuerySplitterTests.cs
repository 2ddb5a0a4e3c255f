using Pipeline.Sql;
using Xunit.Abstractions;

namespace Pipeline.Tests.Sql;

/// <summary>Which queries split, and that their answer is DuckDB's own. Reads as the manual of what splits.</summary>
public sealed class QuerySplitterTests(QuerySplitterTests.Data data, ITestOutputHelper output) : IClassFixture<QuerySplitterTests.Data>
{
    [Theory]
    // Aggregates over groups and over all.
    [InlineData("select count(*), sum(i), avg(i), min(i), max(s) from big")]
    [InlineData("select k, count(*), sum(i), avg(d), min(i), max(s) from big group by k")]
    [InlineData("select k, count(i), count_if(i > 3), bool_and(i > 0), bool_or(i > 5), bit_and(i), bit_or(i), bit_xor(i) from big group by k")]
    [InlineData("select k, any_value(s order by i), first(i), last(i), any_value(i) from big group by k")]
    [InlineData("select k, stddev(x), stddev_pop(x), var_samp(i), var_pop(i), variance(d), sem(x) from big group by k")]
    [InlineData("select corr(x, i), covar_pop(x, i), covar_samp(x, i), regr_slope(x, i), regr_intercept(x, i), regr_r2(x, i), regr_count(x, i), regr_avgx(x, i), regr_avgy(x, i), regr_sxx(x, i), regr_sxy(x, i), regr_syy(x, i) from big")]
    [InlineData("select k, arg_min(s, i), arg_max(s, i), min_by(i, x), arg_min(s, i, 2) from big group by k")]
    [InlineData("select k, count(distinct s), sum(i) from big group by k")]
    [InlineData("select count(distinct s), sum(distinct i) from big")]
    [InlineData("select k, median(i), quantile_cont(i, 0.25), quantile_disc(i, [0.1, 0.9]), mode(k), mad(i) from big group by k")]
    [InlineData("select k, median(i), quantile_disc(i, 0.9), count(*), avg(d), count(distinct i), sum(distinct i) from big group by k")]
    [InlineData("select k, s, median(i), mad(i), sum(d) from big group by rollup(k, s)")]
    [InlineData("select median(i), count(*), max(s) from big where k > 1000")]
    [InlineData("select s, approx_count_distinct(i), count(*) from big group by s")]
    [InlineData("select k, string_agg(s, ',' order by i desc, s), list(i order by i nulls first), array_agg(distinct k) from big group by k")]
    [InlineData("select k, string_agg(distinct s, '|' order by s) from big group by k")]
    [InlineData("select histogram(k), approx_count_distinct(s), product(x), skewness(x), kurtosis(x), entropy(k) from big")]
    [InlineData("select k, sum(i) filter (where i > 3), count(*) filter (where s like 'a%'), list(i order by i) filter (i > 5) from big group by k")]
    [InlineData("select geomean(abs(x) + 1), weighted_avg(i, abs(x)), json_group_array(k) from (select k, x, i from big where k = 2)")]
    // Expressions, HAVING, aliases and positions.
    [InlineData("select k + 1 as k1, sum(i) * 2 + count(*) as n from big group by k1 having n > 10 order by n desc")]
    [InlineData("select k % 2, sum(i) from big group by 1 order by 2")]
    [InlineData("select k, s, sum(i) from big group by all order by all")]
    [InlineData("select big.k, b.total from (select k, sum(i) as total from big group by k) b join (select distinct k from big) big on b.k = big.k")]
    [InlineData("select case when sum(i) > 10 then 'large' else 'small' end as size, k from big group by k order by k")]
    [InlineData("select k, sum(i) as i from big group by k having i > 3 order by sum(i)")]
    [InlineData("select s, count(*) c from big group by s order by c desc, s limit 3")]
    [InlineData("select k, sum(i), grouping(k) from big group by rollup(k)")]
    [InlineData("select k, s, sum(i), grouping(k, s) from big group by cube(k, s)")]
    [InlineData("select k, s, count(*), avg(i), median(i) from big group by grouping sets ((k), (s), ())")]
    [InlineData("select count(*) from big where k > 1000")]
    [InlineData("select sum(i), count(*) from big where k > 1000 group by rollup(k)")]
    // Windows and QUALIFY over groups.
    [InlineData("select k, sum(i) as t, rank() over (order by sum(i) desc, k) as r from big group by k")]
    [InlineData("select k, s, sum(i) as t from big group by k, s qualify row_number() over (partition by k order by t desc, s) = 1")]
    [InlineData("select k, sum(sum(i)) over (order by k) from big group by k")]
    // Joins with small tables.
    [InlineData("select name, sum(i) from big join small on big.k = small.id group by name")]
    [InlineData("select name, count(*) from big left join small on k = id group by all")]
    [InlineData("select name, count(*) from small right join big on k = id group by all")]
    [InlineData("select count(*) from big semi join small on k = id")]
    [InlineData("select count(*) from big anti join small on k = id and name <> 'two'")]
    [InlineData("select sum(i) from big, small where k = id and name like 't%'")]
    [InlineData("select sum(i) from big where k in (select id from small where name = 'two')")]
    [InlineData("select sum(i) from big where exists (select 1 from small where id = k)")]
    [InlineData("select k, (select count(*) from small), sum(i) from big group by k")]
    // Rows, order and limit.
    [InlineData("select k, i * 2 as j from big where i > 3")]
    [InlineData("select * from big where s = 'a' order by i, x")]
    [InlineData("select i, s from big order by x desc nulls last, i, s limit 5 offset 2")]
    [InlineData("select distinct k, s from big order by s, k")]
    [InlineData("select distinct on (k) k, i, s from big order by k, i desc, s")]
    [InlineData("select distinct k from big order by k limit 2")]
    [InlineData("select i from big order by i limit 10%")]
    [InlineData("select unnest([k, i]) as u from big where k < 2")]
    [InlineData("select * exclude (s) replace (i + 1 as i) from big where k = 1")]
    // CTEs, subqueries, set operations.
    [InlineData("with f as (select k, i from big where i > 2), g as (select k, sum(i) as t from f group by k) select * from g order by k")]
    [InlineData("with g as (select k, sum(i) as t from big group by k) select a.k, a.t, b.t from g a join g b on a.k = b.k + 1")]
    [InlineData("select sum(i) / (select sum(i) from big) from big where k = 1")]
    [InlineData("select k, count(*) from big where i > (select avg(i) from big) group by k")]
    [InlineData("select k from big where i = (select max(i) from big)")]
    [InlineData("select k, sum(i) from big group by k union all select 99, count(*) from big")]
    [InlineData("select k from big union select id from small order by 1")]
    [InlineData("select avg(t) from (select k, sum(i) as t from big group by k)")]
    [InlineData("select sum(t) from (select i + k as t from (select * from big where k < 3) where i > 1) where t > 2")]
    [InlineData("with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n, sum(i) from big join r on k = n group by n")]
    [InlineData("with g as (select k, count(*) as c from big group by k) select b.s, sum(c) from big b join g on b.k = g.k group by b.s")]
    [InlineData("with big as (select * from big where k > 1) select k, count(*) from big group by k")]
    [InlineData("with a as (select k, i from big), b as (with a as (select id as k from small) select k from a) select a.k, count(*) from a join b on a.k = b.k group by all")]
    [InlineData("select k, t from big b, lateral (select max(name) as t from small where small.id = b.k) l where i > 5")]
    [InlineData("select k, name, count(*) from big join (select id as k, name from small) using (k) group by k, name")]
    [InlineData("select k, name, count(*) from big natural join (select id as k, name from small) group by all")]
    [InlineData("select b.k, count(*) from big as b left join (select id as k from small) as s using (k) group by b.k")]
    [InlineData("select columns('k|i') from big where i > 20")]
    [InlineData("select sum(x) over w as r, k from (select k, sum(i) as x from big group by k) window w as (order by k nulls last)")]
    [InlineData("select k, i as k2, k2 + 1 as k3 from big where k2 > 20 order by k3, k")]
    [InlineData("select k as i, sum(i) from big group by big.k")]
    [InlineData("select -k as k, count(*) from big group by k order by k")]
    [InlineData("select k, count(*) as n, n * 2 as m from big group by k order by m desc, k")]
    [InlineData("select k, i, x from big order by 2 desc nulls last, 3 limit 4")]
    [InlineData("select count(*), 'x' as c, 1 + 1 as two from big group by 'x'")]
    [InlineData("select count(*) from big group by ()")]
    [InlineData("select sum(i) from big group by grouping sets ((k), ())")]
    [InlineData("select k, count(*) from big group by k having count(*) > (select min(id) from small) order by (select max(id) from small), k")]
    [InlineData("select k, sum(i) from big where s in (select s from big group by s having count(*) > 39) group by k")]
    [InlineData("select k, list(i order by i)[1:2] as l, unnest([1, 2]) as u from big group by k")]
    [InlineData("select max(now()) = now(), count(*) filter (where current_date > date '2001-01-01') from big")]
    [InlineData("select s::enum('a', 'b', '', 'äö') as e, count(*), min(s::enum('a', 'b', '', 'äö')) from big group by 1")]
    [InlineData("select k, count(*) from (select * from big union all select * from big) group by k")]
    [InlineData("select s, i, row_number() over (partition by s order by i, x) as r from big where k = 1 and i > 3")]
    [InlineData("select a.k, b.k from (select k, i from big where k = 1) a full join (select k, i from big where k = 2) b on a.i = b.i")]
    [InlineData("select name, (select count(*) from big where big.k = small.id and i > 15) as n from small")]
    [InlineData("select s, sum(i) as total from big where k between 1 and 3 group by s union all select 'all', sum(i) from big order by total desc, 1")]
    [InlineData("select distinct s, count(*) over () as n from (select s from big group by s)")]
    [InlineData("select distinct on (s) s, i, d from big where i is not null order by s, i desc, d limit 3")]
    [InlineData("select k, first(s order by i, x), last(s order by i nulls first, x) from big group by k")]
    [InlineData("from big select k, i where i > 20")]
    [InlineData("select k, null as n, [] as e from big where k = 1")]
    [InlineData("select null as n, count(*) from big group by 1")]
    [InlineData("select 1 from big where k = 2")]
    [InlineData("select 1 as one from big having count(*) > 3")]
    [InlineData("select k, median(k + 1), min(distinct s) filter (where s >= 'b'), sum(distinct k + 1) from big group by k")]
    [InlineData("select k, i from big where i > 21 limit 3")]
    [InlineData("select i from big where k = 3 limit 4 offset 3")]
    // Functions that guards of ours stand before, and DuckDB's macros that raise an error.
    [InlineData("select lpad(k::varchar, 3, '0') as padded, list_resize([k], 2) as pair, count(*) from big group by all")]
    [InlineData("select k, json_group_object(s, i) from big where s <> '' group by k")]
    [InlineData("select k, g, count(*) from big, range(k) t(g) group by k, g")]
    [InlineData("select {'k': k, 'n': count(*)} as st, map {k: sum(i)} as m from big where k is not null group by k")]
    public async Task Split_OfAQueryThatDistributes_GivesDuckDbsAnswer(string sql)
    {
        var plan = await new QueryPlanner().PlanAsync(sql, Data.Tables, "big", CancellationToken.None);
        Assert.True(plan.Split is not null, plan.Reason);
        foreach (var block in plan.Split.Blocks)
        {
            output.WriteLine($"{block.Name} ({block.Kind}) reads {string.Join(',', block.Large.Columns)}, {string.Join(',', block.Inputs)}\n  partial: {block.PartialSql}\n  merge: {block.MergeSql}\n  {string.Join("\n  ", block.Description)}\n  {block.Large.Filter}");
        }

        foreach (var derived in plan.Split.Derived)
        {
            output.WriteLine($"{derived.Name}: {derived.Sql}");
        }

        output.WriteLine("final: " + plan.Split.FinalSql);
        await data.AssertSameAsync(plan, inOrder: sql.Contains("order by all", StringComparison.Ordinal) || sql.Contains("limit 3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("select k, sum(random()) from big group by k", "random() gives another value at each call")]
    [InlineData("select row_number() over (order by i) from big", "a window function looks at all rows")]
    [InlineData("select a.k from big a join big b on a.i = b.i", "the large table is joined with itself")]
    [InlineData("select * from small left join big on k = id", "the large table is on the side of the LEFT JOIN whose rows must all be seen at once")]
    [InlineData("select id, (select count(*) from big where k = id) from small", "a subquery depends on the query around it")]
    [InlineData("select big.k from big asof join (select 1 as k, 5 as i) a on big.k = a.k and big.i >= a.i", "DuckDB joins AS OF in two ways, by the number of rows, which differ on nulls")]
    [InlineData("select count(*) from big using sample 10%", "it takes a sample of rows")]
    [InlineData("select * from small", "the query does not read big")]
    [InlineData("select k, alias(k) from big", "alias() tells how an expression is written, which splitting changes")]
    [InlineData("select (k, i), count(*) from big group by 1", "an intermediate result has type STRUCT(INTEGER, BIGINT), which Parquet cannot carry")]
    public async Task Split_OfAQueryThatDoesNotDistribute_SaysWhy(string sql, string reason)
    {
        var plan = await new QueryPlanner().PlanAsync(sql, Data.Tables, "big", CancellationToken.None);
        Assert.Null(plan.Split);
        Assert.Equal(reason, plan.Reason);
    }

    /// <summary>A table of 200 rows in 7 files, one of them empty, and a small table.</summary>
    public sealed class Data : IDisposable
    {
        public static readonly TableSchema[] Tables =
        [
            new("big", [new("k", "INTEGER"), new("i", "BIGINT"), new("d", "DECIMAL(12,2)"), new("x", "DOUBLE"), new("s", "VARCHAR")]),
            new("small", [new("id", "INTEGER"), new("name", "VARCHAR")]),
        ];

        private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-sql-").FullName;
        private readonly Dictionary<string, IReadOnlyList<string>> _files;
        private readonly DuckDbSession _open = DuckDbSession.Open();

        public Data()
        {
            using var session = DuckDbSession.Open();
            session.Execute(
                """
                CREATE TABLE rows AS SELECT r AS n, CAST(CASE WHEN r % 11 = 0 THEN NULL ELSE r % 5 END AS INTEGER) AS k,
                  CAST(CASE WHEN r % 13 = 0 THEN NULL ELSE (r * 7919) % 23 END AS BIGINT) AS i, CAST((r * 31 % 997) / 100.0 AS DECIMAL(12,2)) AS d,
                  CASE WHEN r % 17 = 0 THEN NULL ELSE sin(r) END AS x, ['a', 'b', 'äö', '', NULL][r % 5 + 1] AS s FROM range(200) t(r)
                """);
            int[] bounds = [0, 30, 31, 80, 80, 150, 190, 200];
            var big = Enumerable.Range(0, 7).Select(f => Write($"SELECT * EXCLUDE (n) FROM rows WHERE n >= {bounds[f]} AND n < {bounds[f + 1]} ORDER BY n", $"big{f}")).ToList();
            _files = new() { ["big"] = big, ["small"] = [Write("SELECT * FROM (VALUES (1, 'one'), (2, 'two'), (2, 'zwei'), (7, 'seven')) AS v(id, name)", "small")] };

            string Write(string sql, string name)
            {
                var path = Path.Combine(_folder, $"{name}.parquet");
                session.Execute($"COPY ({sql}) TO '{path}' (FORMAT parquet)");
                return path;
            }
        }

        public void Dispose()
        {
            _open.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        internal async Task AssertSameAsync(QueryPlan plan, bool inOrder)
        {
            var runner = new SplitRunner(_folder, Tables, _files);
            var expected = await runner.AloneAsync(plan);
            RowSets.AssertSame(expected, await runner.SplitAsync(plan, "big", [.. _files["big"].Select(f => new[] { f })], () => 3), inOrder);

            // Confined sessions were tried; how partials are shared out and merged does not depend on them.
            var open = new SplitRunner(_folder, Tables, _files, _open);
            RowSets.AssertSame(expected, await open.SplitAsync(plan, "big", [.. _files["big"].Chunk(2)], null), inOrder);
        }
    }
}
