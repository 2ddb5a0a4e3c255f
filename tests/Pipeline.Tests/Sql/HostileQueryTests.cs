using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>What a query may not do, and what it is told. Every one of these is refused before anything runs.</summary>
public class HostileQueryTests
{
    private static readonly TableSchema[] Tables =
    [
        new("flights", [new("carrier", "VARCHAR"), new("delay", "INTEGER"), new("tags", "VARCHAR[]")]),
        new("carriers", [new("code", "VARCHAR"), new("name", "VARCHAR")]),
    ];

    [Theory]
    // Files, by function.
    [InlineData("select * from read_csv('/etc/passwd')", "read_csv is not allowed")]
    [InlineData("select * from read_csv_auto('/etc/passwd')", "read_csv_auto is not allowed")]
    [InlineData("select * from read_parquet('other.parquet')", "read_parquet is not allowed")]
    [InlineData("select * from parquet_scan('other.parquet')", "parquet_scan is not allowed")]
    [InlineData("select * from read_text('/etc/passwd')", "a job reads only its own tables, not files")]
    [InlineData("select * from read_blob('/etc/passwd')", "read_blob is not allowed")]
    [InlineData("select * from read_json('/etc/passwd')", "read_json is not allowed")]
    [InlineData("select * from read_ndjson_objects('x')", "read_ndjson_objects is not allowed")]
    [InlineData("select * from read_duckdb('x.db')", "read_duckdb is not allowed")]
    [InlineData("select * from glob('/etc/*')", "glob is not allowed")]
    [InlineData("select * from sniff_csv('/etc/passwd')", "sniff_csv is not allowed")]
    [InlineData("select * from parquet_metadata('x.parquet')", "parquet_metadata is not allowed")]
    [InlineData("select * from parquet_schema('x.parquet')", "parquet_schema is not allowed")]
    [InlineData("select * from parquet_kv_metadata('x.parquet')", "parquet_kv_metadata is not allowed")]
    [InlineData("select * from arrow_scan(1, 2, 3)", "arrow_scan is not allowed")]
    [InlineData("select * from main.read_text('/etc/passwd')", "read_text is not allowed")]
    [InlineData("select * from system.main.read_text('/etc/passwd')", "reaches no other schema")]
    // Files, by name.
    [InlineData("select * from '/etc/passwd'", "not a table, and a job reads only its own tables")]
    [InlineData("select * from 'data.parquet'", "'data.parquet' is not a table")]
    [InlineData("select * from \"../other/data.parquet\"", "is not a table")]
    [InlineData("select * from 's3://bucket/*.parquet'", "is not a table")]
    [InlineData("select * from 'https://example.org/x.csv'", "is not a table")]
    // Files, hidden.
    [InlineData("with x as (select * from read_text('/etc/passwd')) select count(*) from flights", "read_text is not allowed")]
    [InlineData("select carrier from flights where exists (select 1 from read_text('/etc/passwd'))", "read_text is not allowed")]
    [InlineData("select (select content from read_text('/etc/passwd')) from flights", "read_text is not allowed")]
    [InlineData("select carrier from flights order by (select size from read_blob('/etc/passwd'))", "read_blob is not allowed")]
    [InlineData("select carrier from flights limit (select count(*) from glob('/*'))", "glob is not allowed")]
    [InlineData("select list_transform(tags, lambda t: (select content from read_text('/etc/passwd'))) from flights", "read_text is not allowed")]
    [InlineData("select carrier from flights union all select content from read_text('/etc/passwd')", "read_text is not allowed")]
    [InlineData("select * from flights, lateral (select * from read_csv(carrier)) x", "read_csv is not allowed")]
    [InlineData("select * from unnest((select list(content) from read_text('/etc/passwd')))", "read_text is not allowed")]
    [InlineData("select sum(delay) filter (where (select true from '/etc/passwd')) from flights", "not a table")]
    [InlineData("select sum(delay) over (order by (select 1 from glob('*'))) from flights", "glob is not allowed")]
    [InlineData("with recursive r as (select 1 as n union all select n + 1 from r, read_text('x')) select * from r", "read_text is not allowed")]
    [InlineData("select * from flights pivot (sum(delay) for carrier in ('AA')) join 'x.csv' on true", "not a table")]
    [InlineData("values ((select content from read_text('/etc/passwd')))", "read_text is not allowed")]
    // Other statements.
    [InlineData("attach 'x.db'", "Only a SELECT is allowed")]
    [InlineData("copy flights to 'x.csv'", "Only a SELECT is allowed")]
    [InlineData("copy (select 1) to '/etc/x'", "Only a SELECT is allowed")]
    [InlineData("export database 'x'", "Only a SELECT is allowed")]
    [InlineData("import database 'x'", "Only a SELECT is allowed")]
    [InlineData("install httpfs", "Only a SELECT is allowed")]
    [InlineData("load httpfs", "Only a SELECT is allowed")]
    [InlineData("set threads = 64", "Only a SELECT is allowed")]
    [InlineData("set variable x = 1", "Only a SELECT is allowed")]
    [InlineData("reset memory_limit", "Only a SELECT is allowed")]
    [InlineData("pragma database_list", "Only a SELECT is allowed")]
    [InlineData("call enable_logging()", "Only a SELECT is allowed")]
    [InlineData("create table x as select 1", "Only a SELECT is allowed")]
    [InlineData("create macro f(x) as x", "Only a SELECT is allowed")]
    [InlineData("create secret s (type s3)", "Only a SELECT is allowed")]
    [InlineData("insert into flights values (1)", "Only a SELECT is allowed")]
    [InlineData("update flights set delay = 0", "Only a SELECT is allowed")]
    [InlineData("delete from flights", "Only a SELECT is allowed")]
    [InlineData("drop table flights", "Only a SELECT is allowed")]
    [InlineData("alter table flights add column x int", "Only a SELECT is allowed")]
    [InlineData("begin", "Only a SELECT is allowed")]
    [InlineData("checkpoint", "Only a SELECT is allowed")]
    [InlineData("vacuum", "Only a SELECT is allowed")]
    [InlineData("use x", "Only a SELECT is allowed")]
    [InlineData("prepare p as select 1", "Only a SELECT is allowed")]
    [InlineData("explain select 1", "Only a SELECT is allowed")]
    [InlineData("explain analyze select 1", "Only a SELECT is allowed")]
    [InlineData("describe flights", "DESCRIBE, SHOW and SUMMARIZE are not allowed")]
    [InlineData("select * from (describe flights)", "DESCRIBE, SHOW and SUMMARIZE are not allowed")]
    [InlineData("summarize flights", "DESCRIBE, SHOW and SUMMARIZE are not allowed")]
    [InlineData("show tables", "not allowed")]
    [InlineData("select 1; drop table flights", "Only a SELECT is allowed")]
    [InlineData("select 1; select 2", "The query has 2 statements")]
    [InlineData("with x as (insert into flights values (1) returning 1) select * from x", "A CTE needs a SELECT")]
    // SQL from strings.
    [InlineData("select * from query('select 1')", "it runs or plans SQL from a string")]
    [InlineData("from query_table('flights')", "it runs or plans SQL from a string")]
    [InlineData("select * from json_execute_serialized_sql('{}')", "json_execute_serialized_sql is not allowed")]
    [InlineData("select json_serialize_plan('select * from read_text(''x'')')", "it runs or plans SQL from a string")]
    // The state of the machine and of the database.
    [InlineData("select current_setting('memory_limit')", "it shows settings of the machine")]
    [InlineData("select getenv('HOME')", "it shows environment variables")]
    [InlineData("select getvariable('x')", "getvariable is not allowed")]
    [InlineData("select sum(delay) from flights having current_setting('threads') = 1", "current_setting is not allowed")]
    [InlineData("select current_query()", "current_query is not allowed")]
    [InlineData("select nextval('s')", "nextval is not allowed")]
    [InlineData("select pg_get_viewdef('flights')", "pg_get_viewdef is not allowed")]
    [InlineData("select write_log('x')", "write_log is not allowed")]
    [InlineData("select sleep_ms(100000)", "sleep_ms is not allowed")]
    [InlineData("select * from duckdb_settings()", "duckdb_settings is not allowed")]
    [InlineData("select * from duckdb_secrets()", "duckdb_secrets is not allowed")]
    [InlineData("select * from duckdb_logs()", "duckdb_logs is not allowed")]
    [InlineData("select * from duckdb_views()", "duckdb_views is not allowed")]
    [InlineData("select * from which_secret('x', 's3')", "which_secret is not allowed")]
    [InlineData("select * from enable_logging()", "enable_logging is not allowed")]
    [InlineData("select * from pragma_table_info('flights')", "pragma_table_info is not allowed")]
    [InlineData("select * from information_schema.tables", "reaches no other schema")]
    [InlineData("select * from pg_catalog.pg_class", "reaches no other schema")]
    [InlineData("select * from main.flights", null)]
    [InlineData("select * from temp.flights", "reaches no other schema")]
    [InlineData("select * from sqlite_master", "There is no table sqlite_master")]
    [InlineData("select * from duckdb_tables", "There is no table duckdb_tables")]
    // Ours.
    [InlineData("select * from __pl_block0", "There is no table __pl_block0")]
    [InlineData("select delay as __pl_g0 from flights", "may not begin with __pl_")]
    [InlineData("select __pl_order from flights", "may not begin with __pl_")]
    [InlineData("with __pl_cte0 as (select 1) select * from flights", "may not begin with __pl_")]
    [InlineData("select $1 from flights", "The query has parameters")]
    [InlineData("select * from flights where delay = ?", "The query has parameters")]
    [InlineData("select * from flights at (version => 1)", "datasets have no versions")]
    [InlineData("select rowid from flights", "rowid")]
    public async Task Plan_OfAForbiddenQuery_IsRefusedByName(string sql, string? message)
    {
        if (message is null)
        {
            await PlanAsync(sql);
            return;
        }

        var refused = await Assert.ThrowsAsync<SqlException>(() => PlanAsync(sql));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select carrier from flihgts", "There is no table flihgts. Did you mean flights? (line 1, column 21)")]
    [InlineData("select carrier from aircraft", "There is no table aircraft. Known: carriers, flights. (line 1, column 21)")]
    [InlineData("select\n  größe,\n  carier from flights", "größe")]
    [InlineData("select carrier,\n  'ü' as ü, delai\nfrom flights", "Referenced column \"delai\" not found in FROM clause! Candidate bindings: \"delay\", \"carrier\" (line 2, column 13)")]
    [InlineData("select sum(delay from flights", "Not valid SQL: syntax error at or near \"from\" (line 1, column 18)")]
    [InlineData("select carrier, foo(delay) from flights", "Scalar Function with name foo does not exist!")]
    [InlineData("select carrier, sum(delay) from flights", "must appear in the GROUP BY clause")]
    [InlineData("", "The query is empty")]
    [InlineData("-- nothing", "The query is empty")]
    [InlineData("select 'a\0b'", "NUL character")]
    public async Task Plan_OfAWrongQuery_SaysWhereAndWhatWasMeant(string sql, string message)
    {
        var refused = await Assert.ThrowsAsync<SqlException>(() => PlanAsync(sql));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not ", "true", "", 20_000)]
    [InlineData("- ", "1", "", 40_000)]
    [InlineData("[", "1", "]", 5_000)]
    [InlineData("(select ", "1", ")", 3_000)]
    [InlineData("1 + ", "1", "", 20_000)]
    [InlineData("case when true then ", "1", " end", 3_000)]
    [InlineData("", "1", "::int", 10_000)]
    [InlineData("", "delay", "[1]", 10_000)]
    [InlineData("", "delay", " union all select 1", 5_000)]
    [InlineData("abs(", "1", ")", 10_000)]
    [InlineData("'", "x", "'", 200_000)]
    [InlineData("", "1", ", 1", 100_000)]
    public async Task Plan_OfABomb_EndsInAClearError(string open, string middle, string close, int times)
    {
        var sql = "select " + string.Concat(Enumerable.Repeat(open, times)) + middle + string.Concat(Enumerable.Repeat(close, times)) + " from flights";
        var refused = await Assert.ThrowsAsync<SqlException>(() => PlanAsync(sql));
        Assert.True(refused.Kind is SqlErrorKind.TooLarge or SqlErrorKind.Syntax or SqlErrorKind.Binding, refused.Message);
        Assert.True(refused.Message.Length < 2_000, "the message repeats the query");
    }

    [Fact]
    public async Task Plan_OverATableThatIsNamedLikeAnIntermediateResult_IsRefused()
    {
        TableSchema[] tables = [Tables[0], Tables[1] with { Name = "__PL_block0" }];
        var refused = await Assert.ThrowsAsync<SqlException>(() =>
            new QueryPlanner().PlanAsync("select count(*) from flights, \"__PL_block0\"", tables, "flights", CancellationToken.None));
        Assert.Equal("A table may not begin with __pl_, as '__PL_block0' does.", refused.Message);
    }

    [Fact]
    public async Task Plan_OfAQueryThatWouldGrowWithoutEnd_IsOneTask()
    {
        // Each CTE reads the one before it twice: inlined, that is a million reads.
        var ctes = string.Join(", ", Enumerable.Range(1, 20).Select(i => $"c{i} as (select * from c{i - 1} where delay in (select delay from c{i - 1}))"));
        var plan = await PlanAsync($"with c0 as (select * from flights), {ctes} select count(*) from c20");
        Assert.Null(plan.Split);
        Assert.Equal("its CTEs read each other too often", plan.Reason);
    }

    private static Task<QueryPlan> PlanAsync(string sql) => new QueryPlanner().PlanAsync(sql, Tables, "flights", CancellationToken.None);
}
