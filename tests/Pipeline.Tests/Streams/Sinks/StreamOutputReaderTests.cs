using Pipeline.Sql;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>A sink keeps its sessions from commit to commit. None shows more than one output, and none reads anything else.</summary>
public sealed class StreamOutputReaderTests : IDisposable
{
    private readonly Outputs _outputs = new();
    private readonly StreamOutputReader _reader = new();

    public void Dispose()
    {
        _reader.Dispose();
        _outputs.Dispose();
    }

    [Fact]
    public async Task Read_OneOutputAfterTheOther_TakesOneSession()
    {
        var sessions = new HashSet<DuckDbSession>();
        foreach (var rows in (int[])[3, 1, 2])
        {
            var output = _outputs.Rows(rows, rows);
            using (var opened = _reader.Open(output))
                sessions.Add(opened.Session);
            Assert.Equal(rows, (await ReadAsync(output)).Count);
        }

        Assert.Single(sessions);
    }

    [Fact]
    public async Task Open_TwoAtATime_EachShowsItsOwnOutput()
    {
        using var first = _reader.Open(_outputs.Rows(1, 3));
        using var second = _reader.Open(_outputs.Rows(2, 5));

        Assert.Equal((3, 5), (await CountAsync(first), await CountAsync(second)));
    }

    [Fact]
    public async Task Open_AfterAQueryThatFailed_ShowsTheNextOutput()
    {
        using (var opened = _reader.Open(_outputs.Rows(1, 3)))
            await Assert.ThrowsAsync<SqlExecutionException>(() => opened.Session.ReadRowsAsync("SELECT CAST(symbol AS DOUBLE) FROM output", [new ColumnSchema("x", "DOUBLE")], 10, default));

        using var next = _reader.Open(_outputs.Rows(2, 4));
        Assert.Equal(4, await CountAsync(next));
    }

    [Fact]
    public async Task Open_AnyOutput_LetsNothingElseBeRead()
    {
        var (output, other) = (_outputs.Rows(1, 3), _outputs.Rows(2, 3));
        using (var before = _reader.Open(other))
            Assert.Equal(3, await CountAsync(before));
        using var opened = _reader.Open(output);

        foreach (var path in (string[])[other.File, output.File, "/etc/passwd"])
            await Assert.ThrowsAnyAsync<Exception>(() => opened.Session.ReadRowsAsync($"SELECT content FROM read_blob('{path}')", [new ColumnSchema("x", "BLOB")], 1, default));
    }

    [Fact]
    public void Dispose_SessionsThatAreKeptAndInUse_LeaveNothingBehind()
    {
        var (kept, used) = (_reader.Open(_outputs.Rows(1, 1)), _reader.Open(_outputs.Rows(2, 1)));
        string[] folders = [Path.GetDirectoryName(kept.File("x"))!, Path.GetDirectoryName(used.File("x"))!];
        kept.Dispose();
        Assert.All(folders, folder => Assert.True(Directory.Exists(folder)));

        _reader.Dispose();
        used.Dispose();

        Assert.All(folders, folder => Assert.False(Directory.Exists(folder)));
    }

    private static async Task<int> CountAsync(OutputSession opened) =>
        (await opened.Session.ReadRowsAsync($"SELECT symbol FROM {OutputSession.Table}", [new ColumnSchema("symbol", "VARCHAR")], 100, default)).Rows.Count;

    private async Task<List<string>> ReadAsync(StreamOutput output)
    {
        var rows = new List<string>();
        await foreach (var row in _reader.ReadAsync(output, default))
            rows.Add(row);
        return rows;
    }
}
