using Pipeline.Sql;
using Pipeline.Streams;
using Xunit.Abstractions;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>Whatever way a stream is cut, corrected, restored and shuffled, its windows hold what one query over all events gives.</summary>
public sealed class WindowPropertyTests : IDisposable
{
    private const long Second = 1_000_000;

    private readonly ITestOutputHelper _output;
    private readonly string _folder = Directory.CreateTempSubdirectory("streams").FullName;
    private readonly string _symbols;

    public WindowPropertyTests(ITestOutputHelper output)
    {
        _output = output;
        _symbols = Path.Combine(_folder, "symbols.parquet");
        using var session = DuckDbSession.Open();
        session.Execute($"COPY ({Symbols}) TO '{_symbols}' (FORMAT parquet)");
    }

    private const string Symbols = "SELECT * FROM (VALUES ('S0', 'tech', 1), ('a longer symbol number 1', 'energy', 10), ('S2', 'tech', 100)) AS t(symbol, sector, lot)";

    private static readonly TableSchema SymbolsTable = new("symbols", [new("symbol", "VARCHAR"), new("sector", "VARCHAR"), new("lot", "INTEGER")]);

    /// <param name="Select">The select list after the window's names.</param>
    /// <param name="Columns">How many columns it gives.</param>
    /// <param name="From">FROM and WHERE, or nothing for the stream itself.</param>
    /// <param name="Keys">What it groups by.</param>
    /// <param name="Tail">What follows GROUP BY.</param>
    /// <param name="BatchTail">The same for one query over all windows, where it differs.</param>
    internal sealed record Case(string Select, int Columns, string From, string Keys, string Tail = "", string? BatchTail = null)
    {
        public Func<StreamEvent, bool> Counts { get; init; } = _ => true;

        public string Stream(string window) => $"SELECT window_start, window_end, {Select} FROM {From} GROUP BY {(Keys.Length == 0 ? "" : Keys + ", ")}{window} {Tail}";

        public string Batch => $"SELECT window_start, window_end, {Select} FROM {From} GROUP BY {(Keys.Length == 0 ? "" : Keys + ", ")}window_start, window_end {BatchTail ?? Tail}";
    }

    private static readonly Case[] Cases =
    [
        new("symbol, count(*), sum(price), sum(size), min(price), max(size)", 8, "trades", "symbol"),
        new("count(*), count(price), avg(price), sum(price * size) / sum(size) AS vwap", 6, "trades", ""),
        new("symbol, first(price), last(size), arg_max(size, price), arg_min(price, size)", 7, "trades", "symbol"),
        new("symbol, median(size), count(DISTINCT size), quantile_cont(price, 0.25)", 6, "trades", "symbol"),
        new("symbol, list(size), string_agg(size, '|' ORDER BY size, price), bool_or(price > 50)", 6, "trades", "symbol"),
        new("symbol, round(var_samp(price), 6), round(corr(price, size), 6), round(stddev_pop(size), 6)", 6, "trades", "symbol"),
        new("symbol, count(*) AS n, sum(size) AS s", 5, "trades", "symbol", "HAVING count(*) > 2 AND window_end > window_start"),
        new("symbol, count(*) AS n", 4, "trades WHERE size > 3", "symbol") { Counts = e => e.Size > 3 },
        new("symbol, sum(size) AS s", 4, "trades", "symbol", "ORDER BY s DESC, symbol LIMIT 2", "QUALIFY row_number() OVER (PARTITION BY window_start, window_end ORDER BY s DESC, symbol) <= 2"),
        new("symbol, sum(size) AS s", 4, "trades", "symbol", "QUALIFY rank() OVER (ORDER BY count(*)) = 1", "QUALIFY rank() OVER (PARTITION BY window_start, window_end ORDER BY count(*)) = 1"),
        new("trades.symbol, any_value(sector), sum(size * lot)", 5, "trades LEFT JOIN symbols ON trades.symbol = symbols.symbol", "trades.symbol"),
        new("count(*) FILTER (price > 10), sum(size) FILTER (price IS NULL), max(price) - min(price)", 5, "trades", ""),
    ];

    [Theory]
    [InlineData("tumble(time, '10 seconds')", 101)]
    [InlineData("tumble(time, '7 seconds', '3 seconds')", 102)]
    [InlineData("hop(time, '2 seconds', '10 seconds')", 103)]
    [InlineData("hop(time, '4 seconds', '10 seconds', '1 second')", 104)]
    [InlineData("sliding(time, '5 seconds')", 105)]
    [InlineData("session(time, '3 seconds')", 106)]
    public async Task Windows_HoweverCutCorrectedRestoredAndShuffled_AreThoseOfABatchQuery(string window, int seed)
    {
        seed = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_SEED"), out var given) ? given : seed;
        var iterations = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_ITERATIONS"), out var more) ? more : Cases.Length;
        _output.WriteLine($"PIPELINE_SEED={seed}, {iterations} cases");
        var (corrections, late, windows) = (0, 0, 0);
        using var rows = new TaskRows(_folder);
        for (var i = 0; i < iterations; i++)
        {
            var random = new Random((seed * 1000) + i);
            var test = Cases[i % Cases.Length];
            var query = await StreamQuery.CompileAsync(test.Stream(window), StreamEvent.Source, [SymbolsTable], CancellationToken.None);
            var isKeyed = test.Keys.Length > 0;
            var shuffle = random.Next(2) == 0 ? 0 : random.Next(5) == 0 ? 5 : random.Next(1, 4);
            var partitions = shuffle == 0 ? 1 : random.Next(1, 4);
            var allowed = random.Next(2) == 0 ? 0 : random.Next(1, 20) * Second;
            var options = new StreamRunOptions(random.Next(0, 4) * Second, allowed, shuffle, random.Next(2) == 0) { Symbols = [_symbols] };
            var events = StreamEvent.Make(random, random.Next(20, 120), partitions, random.Next(50, 900) * 1000L, random.Next(1, 5));
            var run = new StreamRun(query, options, random, _folder, rows);
            var label = $"case {i} of PIPELINE_SEED={seed}: {test.Stream(window)}, {options}, {partitions} partitions, {events.Count} events";
            try
            {
                await run.RunAsync(events);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                throw new InvalidOperationException($"{label}: {e.Message}", e);
            }

            var expected = WindowOracle.Compute([.. run.Accepted.Where(test.Counts)], query.Window!, isKeyed, test.Batch, test.Columns, $"CREATE TABLE symbols AS {Symbols};");
            foreach (var found in run.Windows.Values) found.Sort(StringComparer.Ordinal);
            Compare(label, expected, run.Windows);
            Assert.True(allowed > 0 || run.Corrections == 0, $"{label}: {run.Corrections} corrections, though no event may be late");
            corrections += run.Corrections;
            late += events.Count - run.Accepted.Count;
            windows += expected.Count;
        }

        _output.WriteLine($"{windows} windows, {corrections} corrections, {late} late events");
        Assert.True(windows > 50 && late > 0, "The cases are too tame.");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Compare(string label, SortedDictionary<(long, long), List<string>> expected, SortedDictionary<(long, long), List<string>> actual)
    {
        foreach (var window in expected.Keys.Union(actual.Keys).Order())
        {
            var should = expected.GetValueOrDefault(window) ?? [];
            var did = actual.GetValueOrDefault(window) ?? [];
            if (!should.SequenceEqual(did))
            {
                Assert.Fail($"{label}\nwindow {window}\nexpected {string.Join(" ", should)}\nactual   {string.Join(" ", did)}");
            }
        }
    }
}
