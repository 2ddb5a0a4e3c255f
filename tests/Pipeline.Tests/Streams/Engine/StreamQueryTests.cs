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

    internal static Task<StreamQuery> CompileAsync(string sql) => StreamQuery.CompileAsync(sql, Trades, [Symbols], CancellationToken.None);
}
