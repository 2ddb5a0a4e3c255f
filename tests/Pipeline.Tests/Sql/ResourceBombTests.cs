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
    // Values that grow by themselves: what DuckDB makes on its way and does not count.
    [InlineData("with recursive r as (select 'x' as t, 0 as i union all select t||t, i+1 from r where i < 31) select max(length(t)) from r")]
    [InlineData("select length(string_agg(t, '')) from (select repeat('x', 100000) t from range(30000))")]
    [InlineData("select sum(length(list_reduce(range((25 + n % 2)::int)::varchar[], lambda a, b: a || a))) from range(100) t(n)")]
    [InlineData("select max(length(hex(hex(hex(hex(repeat('x', 100000 - (n % 7)))))))) from range(100000) t(n)")]
    [InlineData("select sum(len(list_concat(l, l, l, l, l, l, l, l))) from (select range(100000 - n % 7) l from range(2048) t(n))")]
    [InlineData("select max(length(array_to_string(range(100000 - (n % 3)::int), repeat('x', 1000)))) from range(100000) t(n)")]
    [InlineData("select max(length(regexp_replace(repeat('x', 100000) || n, 'x', repeat('y', 10000), 'g'))) from range(1000) t(n)")]
    [InlineData("select length(replace(replace(repeat('x', 100000), 'x', repeat('y', 1000)), 'y', repeat('z', 100000)))")]
    [InlineData("select max(len(string_split(repeat('x,', 40000 - (n % 7)) || repeat('y,', 40000), ','))) from range(10000000) t(n) group by n")]
    [InlineData("select max(len(list_transform(range(100000 - (n % 7)::int), lambda x: x::varchar || me))) from (select n, 'a' || n as me from range(100000) s(n))")]
    [InlineData("select length(printf('%1000000000s', 'x'))")]
    [InlineData("select length(printf('%*d', 1000000000, 1))")]
    [InlineData("select length(format('{:1000000000}', 'x'))")]
    [InlineData("select length(format('{:{}}', 'x', 1000000000))")]
    [InlineData("select length(format(f, 'x')) from (select '{:' || n || '}' f from range(1000000000, 1000000001) t(n))")]
    // A query that is small and a plan that is not.
    [InlineData("select repeat(repeat(repeat(repeat(repeat(repeat(repeat(repeat(repeat(repeat(repeat(repeat('x',1),1),1),1),1),1),1),1),1),1),1),1)")]
    [InlineData("select nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(nullif(1,2),2),2),2),2),2),2),2),2),2),2),2),2),2)")]
    // Letters that are compared with letters, and wildcards that are tried again and again.
    [InlineData("select levenshtein(repeat('ab', 50000), repeat('ba', 50000))")]
    [InlineData("select damerau_levenshtein(repeat('ab', 20000), repeat('ba', 20000))")]
    [InlineData("select max(case when s like '%a_%a_%a_%a_%a_%b' then 1 else 0 end) from (select repeat('a', 400) || n s from range(100) t(n))")]
    [InlineData("select max(case when s glob '*a?*a?*a?*a?*a?*b' then 1 else 0 end) from (select repeat('a', 400) || n s from range(100) t(n))")]
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
            using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 64 << 20, StatementTimeout = TimeSpan.FromSeconds(1) });
            session.Confine();
            await session.ReadRowsAsync(plan.Sql, plan.Result, 1_000_000, CancellationToken.None);
        });

        Assert.True(ended is SqlException or SqlMemoryException or SqlTimeoutException or SqlExecutionException, ended?.ToString() ?? "It gave an answer.");
        Assert.InRange(ended!.Message.Length, 20, 2_000);
    }

    [Theory]
    [InlineData("select replace(replace(replace(carrier, 'a', 'b'), 'c', 'd'), 'e', 'f') from flights")]
    [InlineData("select nullif(nullif(trim(carrier), ''), '-'), lpad(rpad(carrier, 8, ' '), 10, '*') from flights")]
    [InlineData("select carrier from flights where carrier like '%a%b%c%d%e%f%' or carrier like 'A_' or carrier glob 'A*B*C*'")]
    [InlineData("select printf('%08.3f %s', delay, carrier), format('{} {{}} {:>10}', carrier, delay) from flights")]
    [InlineData("select levenshtein(carrier, 'Delta') from flights order by 1")]
    [InlineData("with recursive r as (select 1 i, 'a' path union all select i + 1, path || '/' || i from r where i < 50) select max(path) from r")]
    public async Task Run_OfAnHonestQuery_IsLeftAlone(string sql)
    {
        var plan = await new QueryPlanner().PlanAsync(sql, s_tables, null, CancellationToken.None);
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 64 << 20, StatementTimeout = TimeSpan.FromSeconds(20) });
        session.AddTable(s_tables[0], []);
        session.Confine();

        var rows = await session.ReadRowsAsync(plan.Sql, plan.Result, 10, CancellationToken.None);

        Assert.Equal(plan.Result.Select(column => column.Name), rows.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task Run_OfAStatementThatHearsNothing_EndsAndItsSessionIsLeftBehind()
    {
        var session = DuckDbSession.Open(new DuckDbSessionOptions
        {
            MemoryLimitBytes = 64 << 20,
            StatementTimeout = TimeSpan.FromMilliseconds(100),
            Patience = TimeSpan.FromMilliseconds(100),
        });
        session.Confine();
        // One comparison of some seconds: the pattern comes from a table, where nothing could look at it before.
        const string Deaf = "select max(s like p) from (select repeat('a', 75 + n) s, '%a_%a_%a_%a_%a_%b' p from range(1) t(n))";

        await Assert.ThrowsAsync<SqlTimeoutException>(() => session.RunAsync(Deaf, reader => reader.Read(), CancellationToken.None));

        Assert.True(session.WasLeftBehind);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.RunAsync("select 1", reader => reader.Read(), CancellationToken.None));
        session.Dispose(); // and does not wait
        Assert.True(session.WasLeftBehind);
    }

    [Theory]
    [InlineData(0, 1024, 256)]
    [InlineData(1 << 10, 1024, 921)]
    [InlineData(64 << 10, 0, 1024)]
    [InlineData(64 << 10, 1024, 5 * 1024)]
    public void Growth_OfTheProcess_FollowsWhatIsFreeAndWhatStatementsMayCount(long free, long counted, long expected) =>
        Assert.Equal(expected, MemoryCeiling.Growth(free << 20, counted << 20) >> 20);

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
