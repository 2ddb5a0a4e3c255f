using Pipeline.Sql;
using Pipeline.Streams;
using Pipeline.Tests.Streams.Engine;

namespace Pipeline.Tests.Sql;

/// <summary>Queries that are allowed to begin and must not be allowed to go on, and the same attacks through a stream's query.</summary>
public class ResourceBombTests
{
    private static readonly TableSchema[] s_tables = [new("flights", [new("carrier", "VARCHAR"), new("delay", "INTEGER"), new("tags", "VARCHAR[]")])];

    [Theory]
    // Values that make values.
    [InlineData("select repeat(repeat('x', 1000000), 1000000)")]
    [InlineData("select repeat(range(100000), 100000)")]
    [InlineData("select lpad('x', 1000000000, 'y')")]
    [InlineData("select list_transform(range(100000), lambda x: range(100000))")]
    [InlineData("select list_transform([1, 2], lambda x: list_resize([x], 100000))")]
    [InlineData("select [repeat('x', 1000000) for x in range(100000)]")]
    [InlineData("select list_transform([1], lambda x: list_transform([2], lambda y: generate_series(1, 100000)))")]
    [InlineData("select range(1, 1000000000)")]
    [InlineData("select generate_series(DATE '0001-01-01', DATE '9999-01-01', INTERVAL 1 SECOND)")]
    // Rows that do not fit into memory.
    [InlineData("select list(a.range) from range(100000000) a")]
    [InlineData("select string_agg(a.range::varchar, ',') from range(100000000) a")]
    [InlineData("select median(hash(a.range)) from range(1000000000) a")]
    [InlineData("select count(*) from (select distinct hash(range) from range(1000000000))")]
    [InlineData("select * from range(1000000000) order by hash(range) desc limit 5000000 offset 5000000")]
    [InlineData("select count(*) from (select hash(range) h from range(300000000)) a join (select hash(range) h from range(300000000)) b using (h)")]
    // Work without end.
    [InlineData("select count(*) from range(1000000000000) a, range(1000000000000) b where a.range * b.range % 7 = 3")]
    [InlineData("with recursive r as (select 1 as n union all select n + 1 from r) select count(*) from r where n < 0")]
    [InlineData("with recursive r as (select 1 as n union all select n from r) select count(*) from r")]
    [InlineData("select count(*) from range(100000000000) where md5(range::varchar) = 'x'")]
    [InlineData("select count(*) from range(100000000000) where regexp_matches(range::varchar, '(a|b|ab)*c')")]
    public async Task Run_OfABomb_EndsWithinItsBounds(string sql)
    {
        var ended = await Record.ExceptionAsync(async () =>
        {
            var plan = await new QueryPlanner().PlanAsync(sql, s_tables, null, CancellationToken.None);
            using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 64 << 20, StatementTimeout = TimeSpan.FromSeconds(2) });
            session.Confine();
            await session.ReadRowsAsync(plan.Sql, plan.Result, 1_000_000, CancellationToken.None);
        });

        Assert.True(ended is SqlException or SqlMemoryException or SqlTimeoutException or SqlExecutionException, ended?.ToString() ?? "It gave an answer.");
        Assert.InRange(ended!.Message.Length, 20, 2_000);
    }

    [Theory]
    [InlineData("select * from read_csv('/etc/passwd')")]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select t.symbol from trades t, read_blob('/etc/passwd') b")]
    [InlineData("select t.symbol from trades t join 'other.parquet' o on true")]
    [InlineData("select symbol, (select content from read_text('/etc/passwd')) from trades")]
    [InlineData("select symbol, getenv('HOME') from trades")]
    [InlineData("select symbol, current_setting('memory_limit') from trades")]
    [InlineData("select symbol, count(*) from trades where exists (select 1 from glob('/*')) group by symbol, tumble(time, '1m')")]
    [InlineData("select symbol, sum(price) from trades group by symbol, tumble(time, '1m') having (select count(*) from duckdb_settings()) > 0")]
    [InlineData("select * from parquet_metadata('x.parquet')")]
    [InlineData("select * from query('select 1')")]
    [InlineData("select * from information_schema.tables")]
    [InlineData("attach 'x.db'")]
    [InlineData("copy trades to 'x.csv'")]
    [InlineData("install httpfs")]
    [InlineData("load httpfs")]
    [InlineData("pragma database_list")]
    [InlineData("set threads = 64")]
    [InlineData("create macro f(x) as x")]
    [InlineData("select symbol from trades; drop table trades")]
    [InlineData("select * from __pl_state")]
    [InlineData("select symbol, list_transform(range(100000), lambda x: range(100000)) from trades")]
    public async Task Compile_OfAHostileStream_IsRefused(string sql)
    {
        var refused = await Record.ExceptionAsync(() => StreamQuery.CompileAsync(sql, StreamQueryTests.Trades, [StreamQueryTests.Symbols], CancellationToken.None));

        Assert.True(refused is SqlException or ArgumentException, refused?.ToString() ?? "It was accepted.");
    }
}
