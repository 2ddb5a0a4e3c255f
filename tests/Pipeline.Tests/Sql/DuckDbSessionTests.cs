using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>Sessions: bounds, confinement, and what they read and write.</summary>
public sealed class DuckDbSessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-sql-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("select * from read_parquet('{other}')")]
    [InlineData("select * from '{other}'")]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select * from glob('{folder}/*')")]
    [InlineData("copy (select 1) to '{folder}/new.parquet'")]
    [InlineData("copy (select 1) to '{own}'")]
    [InlineData("attach '{folder}/x.db'")]
    [InlineData("export database '{folder}/x'")]
    [InlineData("load httpfs")]
    [InlineData("install httpfs")]
    [InlineData("set threads = 8")]
    [InlineData("set memory_limit = '100GB'")]
    [InlineData("set enable_external_access = true")]
    [InlineData("set allowed_paths = ['/etc/passwd']")]
    [InlineData("set lock_configuration = false")]
    [InlineData("reset enable_external_access")]
    [InlineData("set temp_directory = '/tmp'")]
    [InlineData("create persistent secret s (type s3)")]
    public async Task Confined_Session_DoesNothingButReadItsOwnFiles(string statement)
    {
        var own = Write("own", "SELECT 1 AS a");
        var other = Write("other", "SELECT 2 AS a");
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("t", [new("a", "INTEGER")]), [new ParquetFile(own)]);
        session.Confine();

        var sql = statement.Replace("{own}", own, StringComparison.Ordinal).Replace("{other}", other, StringComparison.Ordinal).Replace("{folder}", _folder, StringComparison.Ordinal);
        var refused = Record.Exception(() => session.Execute(sql));
        Assert.True(refused is SqlException or SqlExecutionException, $"{refused}");
        Assert.Equal(["[1]"], (await session.ReadRowsAsync("SELECT a FROM t", [new("a", "INTEGER")], 10, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Confined_Session_WritesToThePathsItWasGiven()
    {
        var path = Path.Combine(_folder, "out.parquet");
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "parts")).FullName + "/";
        using var session = DuckDbSession.Open();
        session.Confine(path, folder);
        Assert.Equal(3, await session.WriteExactAsync("SELECT range AS a FROM range(3)", [new("a", "BIGINT")], path, CancellationToken.None));
        Assert.Equal(4, await session.WriteResultAsync("SELECT range AS a, range % 2 AS p FROM range(4)", [new("a", "BIGINT"), new("p", "BIGINT")], folder, "snappy", ["p"], CancellationToken.None));
        Assert.Equal(["p=0", "p=1"], Directory.GetDirectories(folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void AddTable_AfterConfine_Throws()
    {
        using var session = DuckDbSession.Open();
        session.Confine();
        Assert.Throws<InvalidOperationException>(() => session.AddTable(new TableSchema("t", [new("a", "INTEGER")]), []));
        Assert.Throws<InvalidOperationException>(() => session.Confine());
    }

    [Fact]
    public async Task AddTable_WithPartitionValues_MakesThemColumns()
    {
        var (a, b) = (Write("a", "SELECT 1 AS n"), Write("b", "SELECT 2 AS n UNION ALL SELECT 3"));
        using var session = DuckDbSession.Open();
        session.AddTable(
            new TableSchema("t", [new("n", "BIGINT"), new("year", "INTEGER"), new("who", "VARCHAR")]) { PartitionColumns = ["year", "who"] },
            [
                new ParquetFile(a, new Dictionary<string, string?> { ["YEAR"] = "2001", ["who"] = "it's" }),
                new ParquetFile(b, new Dictionary<string, string?> { ["year"] = null, ["who"] = "b" }),
            ]);
        session.Confine();
        var rows = await session.ReadRowsAsync("FROM t ORDER BY n", [new("n", "BIGINT"), new("year", "INTEGER"), new("who", "VARCHAR")], 10, CancellationToken.None);
        Assert.Equal(["[1,2001,\"it's\"]", "[2,null,\"b\"]", "[3,null,\"b\"]"], rows.Rows);
    }

    [Fact]
    public async Task AddTable_WithoutFiles_IsEmpty()
    {
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("t", [new("a b", "DECIMAL(5,2)"), new("c", "STRUCT(x INTEGER)[]")]), []);
        session.Confine();
        Assert.Equal([new ColumnSchema("a b", "DECIMAL(5,2)"), new ColumnSchema("c", "STRUCT(x INTEGER)[]")], await session.DescribeAsync("FROM t", CancellationToken.None));
        Assert.Empty((await session.ReadRowsAsync("FROM t", [new("a b", "DECIMAL(5,2)"), new("c", "STRUCT(x INTEGER)[]")], 10, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task ReadRows_OfMoreThanAskedFor_SaysSo()
    {
        using var session = DuckDbSession.Open();
        var rows = await session.ReadRowsAsync("SELECT range FROM range(5)", [new("range", "BIGINT")], 3, CancellationToken.None);
        Assert.Equal(["[0]", "[1]", "[2]"], rows.Rows);
        Assert.True(rows.Truncated);
        Assert.False((await session.ReadRowsAsync("SELECT range FROM range(3)", [new("range", "BIGINT")], 3, CancellationToken.None)).Truncated);
    }

    [Fact]
    public async Task ReadRows_OfAnyValues_IsValidJson()
    {
        using var session = DuckDbSession.Open();
        const string Sql = "SELECT 'nan'::DOUBLE, '-inf'::DOUBLE, ['inf'::FLOAT, 1], 'NaN \"quoted\" \\ Infinity', NULL, 170141183460469231731687303715884105727::HUGEINT, {'a': 'nan'::DOUBLE}, MAP {'Infinity': 1}";
        var rows = await session.ReadRowsAsync(Sql, await session.DescribeAsync(Sql, CancellationToken.None), 1, CancellationToken.None);
        Assert.Equal("""["NaN","-Infinity",["Infinity",1.0],"NaN \"quoted\" \\ Infinity",null,170141183460469231731687303715884105727,{"a":"NaN"},{"Infinity":1}]""", rows.Rows[0]);
        using var parsed = JsonDocument.Parse(rows.Rows[0]);
        Assert.Equal(8, parsed.RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("170141183460469231731687303715884105727::HUGEINT")]
    [InlineData("-170141183460469231731687303715884105727::HUGEINT")]
    [InlineData("340282366920938463463374607431768211455::UHUGEINT")]
    [InlineData("[1::HUGEINT, NULL]")]
    [InlineData("{'a': 1::HUGEINT, 'b c': [2::UHUGEINT]}")]
    [InlineData("MAP {'k': 1::HUGEINT}")]
    [InlineData("99999999999999999999999999999999999999::DECIMAL(38,0)")]
    [InlineData("12345678901234567890123456789012345678901234567890::BIGNUM")]
    [InlineData("'10101'::BIT")]
    [InlineData("INTERVAL '1 year 2 months -3 days 2.000003 seconds'")]
    [InlineData("'12:00:00.123456+02:30'::TIMETZ")]
    [InlineData("TIMESTAMP_NS '2001-01-01 00:00:00.123456789'")]
    [InlineData("'2001-01-01 00:00:00'::TIMESTAMP_S")]
    [InlineData("'2001-01-01 00:00:00.123'::TIMESTAMP_MS")]
    [InlineData("TIMESTAMPTZ '2001-01-01 00:00:00+02'")]
    [InlineData("'12:00:00.123456'::TIME")]
    [InlineData("'a'::ENUM('a', 'it''s')")]
    [InlineData("[1, 2]::INTEGER[2]")]
    [InlineData("'ab\\x00'::BLOB")]
    [InlineData("'4ac7a9e9-607c-4c8a-84f3-843f0191e3fd'::UUID")]
    [InlineData("'{\"a\": 1}'::JSON")]
    [InlineData("'nan'::DOUBLE")]
    [InlineData("-0.0::DOUBLE")]
    [InlineData("0.1::FLOAT")]
    [InlineData("''")]
    [InlineData("NULL::INTEGER")]
    public async Task WriteExact_OfAnyValue_ReadsBackTheSame(string value)
    {
        var path = Path.Combine(_folder, "exact.parquet");
        using var session = DuckDbSession.Open();
        var columns = new[] { new ColumnSchema("v", (await session.DescribeAsync($"SELECT {value} AS v", CancellationToken.None))[0].Type) };
        await session.WriteExactAsync($"SELECT {value}", columns, path, CancellationToken.None);
        session.AddDerived(new DerivedTable("back", "", columns, []), [path]);
        Assert.Equal(columns, await session.DescribeAsync("FROM back", CancellationToken.None));
        Assert.True(session.Read($"SELECT (v IS NOT DISTINCT FROM {value}) AND (v::VARCHAR IS NOT DISTINCT FROM ({value})::VARCHAR) FROM back", r => r.Read() && r.GetBoolean(0)));
    }

    [Fact]
    public async Task WriteExact_OfATypeThatParquetCannotCarry_SaysSo()
    {
        using var session = DuckDbSession.Open();
        var refused = await Assert.ThrowsAsync<ArgumentException>(() =>
            session.WriteExactAsync("SELECT union_value(k := 1)", [new("u", "UNION(k INTEGER)")], Path.Combine(_folder, "x.parquet"), CancellationToken.None));
        Assert.Contains("UNION(k INTEGER), which Parquet cannot carry", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteResult_WithRepeatedNamesAndHugeNumbers_LosesNothing()
    {
        var path = Path.Combine(_folder, "result.parquet");
        using var session = DuckDbSession.Open();
        const string Sql = "SELECT 12345678901234567890123456789::HUGEINT AS a, 2 AS A, 'x'::ENUM('x') AS e";
        await session.WriteResultAsync(Sql, await session.DescribeAsync(Sql, CancellationToken.None), path, "zstd", [], CancellationToken.None);
        Assert.Equal(
            [new ColumnSchema("a", "DECIMAL(38,0)"), new ColumnSchema("A_1", "INTEGER"), new ColumnSchema("e", "VARCHAR")],
            await session.DescribeAsync($"SELECT * FROM '{path}'", CancellationToken.None));
    }

    [Fact]
    public async Task WriteResult_OfTypesThatParquetCannotCarry_ReadsBackAsText()
    {
        var path = Path.Combine(_folder, "result.parquet");
        using var session = DuckDbSession.Open();
        const string Sql = "SELECT (1, 'a') AS pair, union_value(k := 5) AS u, (DATE '2001-01-01', [1.5]) AS pair";
        var columns = await session.DescribeAsync(Sql, CancellationToken.None);
        await session.WriteResultAsync(Sql, columns, path, "zstd", [], CancellationToken.None);
        session.AddTable(new TableSchema("result", ParquetCarrier.WithStoredNames(columns)), [new ParquetFile(path)]);
        Assert.Equal(["""["(1, a)","5","(2001-01-01, [1.5])"]"""], (await session.ReadRowsAsync("FROM result", columns, 1, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Query_OverItsMemory_SaysTheLimitAndWhatToDo()
    {
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 20 << 20 });
        var failed = await Assert.ThrowsAsync<SqlMemoryException>(() =>
            session.ReadRowsAsync("SELECT list(range) FROM range(20000000)", [new("l", "BIGINT[]")], 1, CancellationToken.None));
        Assert.Equal(20 << 20, failed.LimitBytes);
        Assert.Contains("more than the 20 MiB of memory that a task may use", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Allow a task more memory, make tasks smaller, or filter earlier", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed to allocate block of 134217728 bytes (bad allocation)", true)]
    [InlineData("Allocation failure", true)]
    [InlineData("could not allocate block of size 32.0 MiB (48.7 MiB/64.0 MiB used)", false)]
    [InlineData("failed to allocate data of size 16.0 MiB (50.2 MiB/64.0 MiB used)", false)]
    public void OutOfMemory_RefusedByTheSystemAndNotByTheLimit_IsWorthAnotherTry(string message, bool mayHeal)
    {
        using var session = DuckDbSession.Open();
        var refused = Assert.IsType<SqlMemoryException>(session.Translate(new DuckDbError("Out of Memory", message + "\n\nPossible solutions:\n* SET threads=X", null), new InvalidOperationException()));
        Assert.Equal(mayHeal, refused.MayHeal);
        Assert.Equal(mayHeal, JobFaults.Describe(refused, "scan 1/0") is null);
        Assert.EndsWith($"DuckDB says: {message}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("range(1000000000000)", "range may make at most 100000 elements a row here; FROM range(...) makes as many rows as you like")]
    [InlineData("range(5, 1000000000000)", "range may make")]
    [InlineData("range(0, 1000000000000, 3)", "range may make")]
    [InlineData("range(0, -1000000000000, -1)", "range may make")]
    [InlineData("range(DATE '0001-01-01', DATE '9999-01-01', INTERVAL 1 SECOND)", "range may make")]
    [InlineData("generate_series(1, 1000000000000)", "generate_series may make")]
    [InlineData("list_resize([1], 1000000000000)", "list_resize may make")]
    [InlineData("array_resize([1], 1000000000000, 0)", "array_resize may make")]
    [InlineData("repeat('x', 1000000000)", "repeat may make at most 100000 characters")]
    [InlineData("lpad('x', 1000000000, 'y')", "lpad may make")]
    [InlineData("rpad('x', 1000000000, 'y')", "rpad may make")]
    public async Task Confined_Session_MakesNoValueThatFillsTheMachine(string expression, string message)
    {
        using var session = DuckDbSession.Open();
        session.Confine();
        var failed = await Assert.ThrowsAsync<SqlExecutionException>(() => session.ReadRowsAsync($"SELECT {expression}", [new("x", "VARCHAR")], 1, CancellationToken.None));
        Assert.Contains(message, failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("range(3)", "[0,1,2]")]
    [InlineData("range(5, 3)", "[]")]
    [InlineData("range(1, 6, 2)", "[1,3,5]")]
    [InlineData("range(3, 0, -1)", "[3,2,1]")]
    [InlineData("range(NULL)", "null")]
    [InlineData("generate_series(1, 3)", "[1,2,3]")]
    [InlineData("range(DATE '2001-01-01', DATE '2001-03-01', INTERVAL 1 MONTH)", "[\"2001-01-01 00:00:00\",\"2001-02-01 00:00:00\"]")]
    [InlineData("range(TIMESTAMPTZ '2001-01-01 00:00:00+00', TIMESTAMPTZ '2001-01-01 02:00:00+00', INTERVAL 1 HOUR)", "[\"2001-01-01 00:00:00+00\",\"2001-01-01 01:00:00+00\"]")]
    [InlineData("list_resize([1], 2)", "[1,null]")]
    [InlineData("list_resize([1], 2, 9)", "[1,9]")]
    [InlineData("repeat('ab', 2)", "\"abab\"")]
    [InlineData("repeat([1], 2)", "[1,1]")]
    [InlineData("lpad('x', 3, 'y')", "\"yyx\"")]
    [InlineData("rpad('x', 3, 'y')", "\"xyy\"")]
    [InlineData("(SELECT count(*) FROM range(1000000))", "1000000")]
    public async Task Confined_Session_AnswersAsDuckDbDoes(string expression, string value)
    {
        using var session = DuckDbSession.Open();
        session.Confine();
        Assert.Equal($"[{value}]", (await session.ReadRowsAsync($"SELECT {expression}", [new("x", "VARCHAR")], 1, CancellationToken.None)).Rows[0]);
    }

    [Fact]
    public async Task Query_WithATempDirectory_SpillsThere()
    {
        var temp = Path.Combine(_folder, "spill");
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 24 << 20, TempDirectory = temp });
        session.Confine();
        var rows = await session.ReadRowsAsync("SELECT count(*) FROM (SELECT range AS a, hash(range) AS h FROM range(2000000) ORDER BY h)", [new("n", "BIGINT")], 1, CancellationToken.None);
        Assert.Equal(["[2000000]"], rows.Rows);
    }

    [Theory]
    [InlineData("SELECT count(*) FROM range(1000000000000) a, range(1000000000000) b WHERE a.range * b.range % 7 = 3")]
    [InlineData("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r WHERE n < 0")]
    [InlineData("SELECT list_reduce(range(1, 100000), lambda a, b: (a * b) % 1000003) + count(*) FROM range(1000000000)")]
    public async Task Query_ThatRunsTooLong_IsStopped(string sql)
    {
        var time = new FakeTimeProvider();
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { StatementTimeout = TimeSpan.FromSeconds(30) }, time);
        session.Confine();
        var running = session.ReadRowsAsync(sql, [new("n", "BIGINT")], 1, CancellationToken.None);
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(31));
        var stopped = await Assert.ThrowsAsync<SqlTimeoutException>(() => running);
        Assert.Equal("The query ran longer than the 30 s that it may take and was stopped. Filter earlier, or raise the time limit.", stopped.Message);

        // The session lives on.
        Assert.Equal(["[1]"], (await session.ReadRowsAsync("SELECT 1", [new("n", "INTEGER")], 1, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Query_ThatIsCancelled_StopsAtOnce()
    {
        using var session = DuckDbSession.Open();
        using var cancelled = new CancellationTokenSource();
        var running = session.ReadRowsAsync("SELECT count(*) FROM range(1000000000000)", [new("n", "BIGINT")], 1, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.ReadRowsAsync("SELECT 1", [new("n", "BIGINT")], 1, cancelled.Token));
    }

    [Fact]
    public async Task Query_OverACorruptFile_NamesIt()
    {
        var path = Write("torn", "SELECT range AS a FROM range(1000)");
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("t", [new("a", "BIGINT")]), [new ParquetFile(path)]);
        session.Confine();
        var bytes = await File.ReadAllBytesAsync(path);
        Array.Clear(bytes, 4, 200);
        await File.WriteAllBytesAsync(path, bytes);
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => session.ReadRowsAsync("SELECT sum(a) FROM t", [new("n", "HUGEINT")], 1, CancellationToken.None));
        Assert.IsType<SqlExecutionException>(failed);
        Assert.Contains("torn.parquet", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_ThatFailsOnAValue_IsNotWorthAnotherTry()
    {
        using var session = DuckDbSession.Open();
        var failed = await Assert.ThrowsAsync<SqlExecutionException>(() => session.ReadRowsAsync("SELECT CAST('x' || range AS INTEGER) FROM range(1)", [new("n", "INTEGER")], 1, CancellationToken.None));
        Assert.Equal("Conversion", failed.DuckDbType);
        Assert.False(failed.MayHeal);
    }

    private string Write(string name, string sql)
    {
        var path = Path.Combine(_folder, $"{name}.parquet");
        using var session = DuckDbSession.Open();
        session.Execute($"COPY ({sql}) TO '{path}' (FORMAT parquet)");
        return path;
    }
}
