using Pipeline.Sql;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>What a stream's query may say, and what it becomes.</summary>
public class StreamQueryTests
{
    internal static readonly StreamSource Trades = new(
        "trades",
        [
            new("symbol", EventColumnType.Varchar), new("price", EventColumnType.Double), new("size", EventColumnType.BigInt),
            new("time", EventColumnType.Timestamp), new("other", EventColumnType.Timestamp),
        ],
        "time");

    internal static readonly TableSchema Symbols = new("symbols", [new("symbol", "VARCHAR"), new("sector", "VARCHAR"), new("lot", "INTEGER")]);

    [Theory]
    [InlineData("tumble(time, '1 minute')", StreamWindowKind.Tumbling, 60_000_000, 60_000_000, 0)]
    [InlineData("TUMBLE(time, INTERVAL 1 HOUR, '15 minutes')", StreamWindowKind.Tumbling, 3_600_000_000, 3_600_000_000, 900_000_000)]
    [InlineData("hop(time, '10s', '1 minute')", StreamWindowKind.Hopping, 60_000_000, 10_000_000, 0)]
    [InlineData("hop(enqueued_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND, '25s')", StreamWindowKind.Hopping, 10_000_000, 2_000_000, 1_000_000)]
    [InlineData("sliding(time, '500 milliseconds')", StreamWindowKind.Sliding, 500_000, 0, 0)]
    [InlineData("session(time, to_seconds(30))", StreamWindowKind.Session, 30_000_000, 0, 0)]
    public async Task Compile_AWindow_ReadsItsLengths(string window, StreamWindowKind kind, long size, long slide, long offset)
    {
        var query = await CompileAsync($"select symbol, window_start, window_end, sum(price) from trades group by symbol, {window}");

        Assert.Equal(new StreamWindow(kind, size, slide, offset), query.Window);
        Assert.Equal(["symbol"], query.GroupKeys);
        Assert.Equal([new("symbol", "VARCHAR"), new("window_start", "TIMESTAMP"), new("window_end", "TIMESTAMP"), new("sum(price)", "DOUBLE")], query.Result);
    }

    [Fact]
    public async Task Compile_WithoutAWindow_FiltersAndProjectsEachEvent()
    {
        var query = await CompileAsync("select *, price * 2 as twice from events where size > 1");

        Assert.False(query.IsWindowed);
        Assert.Equal(["symbol", "price", "size", "time", "other", "twice"], query.Result.Select(c => c.Name));
        Assert.Equal(long.MaxValue, query.ExpiresAt(0));
        Assert.Equal(ShuffleBy.Nothing, query.Shuffle([]));
    }

    [Theory]
    [InlineData("select symbol, count(*) from trades group by symbol, tumble(time, '1m')", "symbol", ShuffleBy.Nothing)]
    [InlineData("select symbol, count(*) from trades group by symbol, tumble(time, '1m')", "", ShuffleBy.Keys)]
    [InlineData("select symbol, size, count(*) from trades group by all, tumble(time, '1m')", "symbol", null)]
    [InlineData("select symbol, size, count(*) from trades group by 1, 2, tumble(time, '1m')", "symbol", ShuffleBy.Nothing)]
    [InlineData("select symbol as s, count(*) from trades group by s, tumble(time, '1m')", "symbol", ShuffleBy.Nothing)]
    [InlineData("select size, count(*) from trades group by size, tumble(time, '1m')", "symbol", ShuffleBy.Keys)]
    [InlineData("select upper(symbol), count(*) from trades group by upper(symbol), tumble(time, '1m')", "symbol", ShuffleBy.Keys)]
    [InlineData("select count(*) from trades group by tumble(time, '1m')", "symbol", ShuffleBy.Window)]
    [InlineData("select count(*) from trades group by hop(time, '1s', '1m')", "symbol", ShuffleBy.Everything)]
    [InlineData("select symbol, count(*) from trades group by symbol, tumble(time, '1m') order by 2 desc limit 3", "symbol", ShuffleBy.Window)]
    [InlineData("select symbol, count(*) from trades group by symbol, session(time, '1m') qualify row_number() over (order by count(*)) = 1", "symbol", ShuffleBy.Everything)]
    [InlineData("select t.symbol, count(*) from trades t join symbols s on t.symbol = s.symbol group by t.symbol, tumble(time, '1m')", "symbol", ShuffleBy.Keys)]
    [InlineData("select s, count(*) from (select size as symbol, symbol as s, time from trades) group by s, symbol, tumble(time, '1m')", "symbol", ShuffleBy.Keys)]
    public async Task Shuffle_ByPartitionKey_IsNeededUnlessTheKeysHoldIt(string sql, string partitionKey, ShuffleBy? expected)
    {
        if (expected is null)
        {
            await Assert.ThrowsAsync<SqlException>(() => CompileAsync(sql));
            return;
        }

        var query = await CompileAsync(sql);

        Assert.Equal(expected, query.Shuffle(partitionKey.Length == 0 ? [] : [partitionKey]));
    }

    [Fact]
    public async Task TimeColumn_OfAWindowOverTheEnqueuedTime_IsIt()
    {
        Assert.Equal("enqueued_time", (await CompileAsync("select count(*) from trades group by tumble(enqueued_time, '1s')")).TimeColumn);
        Assert.Equal("time", (await CompileAsync("select count(*) from trades group by tumble(TIME, '1s')")).TimeColumn);
    }

    [Theory]
    [InlineData("select symbol, count(*) from trades group by symbol",
        "A stream never ends, so a query that groups or aggregates needs a window. Add one to GROUP BY: tumble(time, '1 minute'), hop(time, '10 seconds', '1 minute'), sliding(time, '1 minute'), session(time, '5 minutes'). (line 1, column 16)")]
    [InlineData("select sum(size) from trades", "A stream never ends, so a query that groups or aggregates needs a window. Add one to GROUP BY: tumble(time, '1 minute'), hop(time, '10 seconds', '1 minute'), sliding(time, '1 minute'), session(time, '5 minutes'). (line 1, column 8)")]
    [InlineData("select count(*) from trades group by tumble(time, '1s'), session(time, '1s')", "GROUP BY has 2 windows; a stream's query has one. Make a stream for each. (line 1, column 58)")]
    [InlineData("select tumble(time, '1s') from trades", "tumble(…) may stand only in GROUP BY of the outermost SELECT, by itself. Write GROUP BY …, tumble(time, '1 minute'); elsewhere use window_start and window_end. (line 1, column 8)")]
    [InlineData("select count(*) from trades where hop(time, '1s', '2s') is null", "hop(…) may stand only in GROUP BY of the outermost SELECT, by itself. Write GROUP BY …, hop(time, '10 seconds', '1 minute'); elsewhere use window_start and window_end. (line 1, column 35)")]
    [InlineData("select count(*) from trades group by tumble(time, size)", "tumble: the size must be a constant. Write it as '10 seconds', '1 minute' or INTERVAL 1 HOUR. (line 1, column 51)")]
    [InlineData("select count(*) from trades group by tumble(time, 'soon')", "tumble: 'soon' is no length of time. Write it as '10 seconds', '1 minute' or INTERVAL 1 HOUR. (line 1, column 51)")]
    [InlineData("select count(*) from trades group by tumble(time, '0s')", "tumble: the size must be longer than 0. Write it as '10 seconds', '1 minute' or INTERVAL 1 HOUR. (line 1, column 51)")]
    [InlineData("select count(*) from trades group by session(time, INTERVAL '-5' SECOND)", "session: the gap must be longer than 0. Write it as '10 seconds', '1 minute' or INTERVAL 1 HOUR. (line 1, column 61)")]
    [InlineData("select count(*) from trades group by tumble(time, '32 days')", "tumble: the size 32 days is longer than the 31 days that a window may last. (line 1, column 51)")]
    [InlineData("select count(*) from trades group by tumble(time, '1 month')", "tumble: months and years differ in length, so the size cannot be '1 month'. Count it in days. (line 1, column 51)")]
    [InlineData("select count(*) from trades group by hop(time, '1 minute', '10 seconds')",
        "hop: windows of 10 seconds that start every 1 minute would leave events out. The distance comes first and is at most the length, as in hop(time, '10 seconds', '1 minute'). (line 1, column 38)")]
    [InlineData("select count(*) from trades group by hop(time, '1 millisecond', '1 hour')",
        "hop: an event would be in 3,600,000 windows; at most 2,000 may overlap. Make the distance longer, or use sliding(time, …). (line 1, column 38)")]
    [InlineData("select count(*) from trades group by hop(time, '1 minute')", "hop takes a time column and the distance between windows and their length, and an offset if need be, as in hop(time, '10 seconds', '1 minute'). (line 1, column 38)")]
    [InlineData("select count(*) from trades group by tumble(price, '1s')", "tumble: column price is DOUBLE, and a window groups by a TIMESTAMP. Use time (\"eventTime\") or enqueued_time. (line 1, column 45)")]
    [InlineData("select count(*) from trades group by tumble(other, '1s')",
        "tumble: a window groups by the time that makes the watermark. Use time (\"eventTime\") or enqueued_time; or make other the stream's \"eventTime\". (line 1, column 45)")]
    [InlineData("select count(*) from trades group by tumble(tiem, '1s')", "tumble: the stream has no column tiem. Windows group by time (\"eventTime\") or enqueued_time. Did you mean 'time'? (line 1, column 45)")]
    [InlineData("select count(*) from trades group by tumble(time + interval 1 hour, '1s')", "tumble groups by a time column of the stream and not by an expression. Write tumble(time, '1 minute'). (line 1, column 50)")]
    [InlineData("select count(*) from trades group by rollup(symbol, tumble(time, '1s'))", "The window must be in every grouping set: put it before ROLLUP, CUBE or GROUPING SETS and not into it. (line 1, column 53)")]
    [InlineData("select a.size from trades a join events b on a.symbol = b.symbol",
        "The stream is read more than once. A stream cannot be joined with itself, nor be looked up in a subquery; join it with reference tables, or group it by a window. (line 1, column 34)")]
    [InlineData("select size from trades union all select size from trades", "UNION, INTERSECT and EXCEPT cannot run over a stream. Make a stream for each SELECT. (line 1, column 8)")]
    [InlineData("with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select size from trades", "A recursive CTE cannot be used by a stream's query. (line 1, column 29)")]
    [InlineData("select symbol from symbols", "The query does not read the stream. Write FROM events. (line 1, column 8)")]
    [InlineData("select symbol from symbols where symbol in (select symbol from trades)", "A subquery in an expression cannot read the stream, which is never whole. (line 1, column 41)")]
    [InlineData("select size from trades using sample 10%", "A stream cannot be sampled. Filter by a hash of a column: WHERE hash(id) % 100 = 0. (line 1, column 8)")]
    [InlineData("select size from trades order by size", "ORDER BY cannot apply to a stream that never ends. Group by a window: ORDER BY then applies to each window by itself. (line 1, column 34)")]
    [InlineData("select size from trades limit 3", "LIMIT cannot apply to a stream that never ends. Group by a window: LIMIT then applies to each window by itself. (line 1, column 31)")]
    [InlineData("select distinct symbol from trades", "DISTINCT cannot apply to a stream that never ends. Use the stream's \"deduplicate\", or group by tumble(time, '1 minute'). (line 1, column 17)")]
    [InlineData("select row_number() over () from trades", "row_number(…) OVER (…) looks at all rows of a stream that never ends. Group by a window: then it looks at the rows of one window. (line 1, column 8)")]
    [InlineData("select count(*), now() from trades group by tumble(time, '1s')",
        "now differs whenever events are worked through again, so results would not be the same. Use the column enqueued_time: when the hub took the event. (line 1, column 18)")]
    [InlineData("select count(*) + random() from trades group by tumble(time, '1s')", "A stream cannot run this query: random() gives another value at each call.")]
    [InlineData("select count(*) from trades where window_start > time group by tumble(time, '1s')",
        "WHERE looks at events before they are in a window. Put a condition on window_start or window_end into HAVING. (line 1, column 35)")]
    [InlineData("select max(window_end) from trades group by tumble(time, '1s')", "window_start and window_end are the same for all rows of a group, so no aggregate takes them. Use them beside it. (line 1, column 8)")]
    [InlineData("select count(*) from (select symbol, count(*) from trades group by symbol) group by tumble(time, '1s')", "Binder Error", true)]
    [InlineData("select symbol, count(*) from trades group by symbol, tumble(time, '1s') limit 10%", "LIMIT and OFFSET count the rows of each window, and must be whole numbers. (line 1, column 79)")]
    [InlineData("select count(*)\nfrom trades\nwhere symbl = 'A' group by tumble(time, '1s')", "(line 3, column 7)", true)]
    [InlineData("select price, count(*) from trades group by symbol, tumble(time, '1s')", "(line 1, column 8)", true)]
    public async Task Compile_WhatCannotRun_SaysWhatWhereAndWhatToWrite(string sql, string message, bool isPart = false)
    {
        var fault = await Assert.ThrowsAsync<SqlException>(() => CompileAsync(sql));

        if (isPart) Assert.Contains(message == "Binder Error" ? "time" : message, fault.Message, StringComparison.Ordinal);
        else Assert.Equal(message, fault.Message);
    }

    [Fact]
    public async Task Compile_ASourceThatIsNone_SaysWhy()
    {
        await Fails("The event time 'tiem' is not a TIMESTAMP column of the stream. Did you mean 'time'?", Trades with { EventTime = "tiem" });
        await Fails("Column PRICE is there already; every stream has enqueued_time and sequence_number.", Trades with { Columns = [.. Trades.Columns, new("PRICE", EventColumnType.Double)] });
        await Fails("The reference table symbols has the name of the stream or of another table.", Trades with { Hub = "symbols" });

        static async Task Fails(string message, StreamSource source)
        {
            var fault = await Assert.ThrowsAsync<ArgumentException>(() => StreamQuery.CompileAsync("select 1 from events", source, [Symbols], CancellationToken.None));
            Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("n > 100", null)]
    [InlineData("symbol = 'S1' and n between 1 and 5", null)]
    [InlineData("m > 100", "Referenced column \"m\" not found")]
    [InlineData("n", "'n' is BIGINT and not a condition. Compare it with something, as in: n > 100.")]
    [InlineData("sum(n) > 1", "WHERE clause cannot contain aggregates")]
    [InlineData("n > 1 limit 1", "'n > 1 limit 1' is not a condition. Write an expression over symbol, n, as in: n > 100.")]
    [InlineData("n > (select 1)", "'n > (select 1)' is not a condition. Write an expression over symbol, n, as in: n > 100.")]
    [InlineData("random() > 0.5", "random gives another value at each call, so the same window could alert once and not again.")]
    public async Task Condition_OverTheResult_IsCheckedLikeAQuery(string condition, string? message)
    {
        var query = await CompileAsync("select symbol, count(*) as n from trades group by symbol, tumble(time, '1m')");
        var fault = await Record.ExceptionAsync(() => ConditionSql.CheckAsync(condition, query.Result, CancellationToken.None));

        if (message is null) Assert.Null(fault);
        else Assert.Contains(message, Assert.IsType<SqlException>(fault).Message, StringComparison.Ordinal);
    }

    internal static Task<StreamQuery> CompileAsync(string sql) => StreamQuery.CompileAsync(sql, Trades, [Symbols], CancellationToken.None);
}
