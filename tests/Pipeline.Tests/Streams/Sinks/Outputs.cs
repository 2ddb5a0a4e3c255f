using System.Globalization;
using Pipeline.Sql;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>Makes outputs as the runtime commits them: a Parquet file of rows, and the windows that they are of.</summary>
internal sealed class Outputs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static readonly IReadOnlyList<ColumnSchema> Columns = [new("symbol", "VARCHAR"), new("window_start", "TIMESTAMP"), new("vwap", "DOUBLE"), new("volume", "HUGEINT")];

    public DuckDb Duck { get; } = new();

    /// <summary>Minutes of 2026-01-31, as microseconds.</summary>
    public static long Minute(int minute) => (long)(new DateTime(2026, 1, 31, 23, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMicroseconds + minute * 60_000_000L;

    /// <summary>An output of windows of one minute, each with so many symbols.</summary>
    public StreamOutput Windowed(long commit, params (int Minute, int Rows, int Revision)[] windows) => Windowed(new StreamOrigin("vwap", 1, StreamStage.Input, 2, commit), windows);

    public StreamOutput Windowed(StreamOrigin origin, params (int Minute, int Rows, int Revision)[] windows)
    {
        var selects = windows.Where(w => w.Rows > 0).Select(w => string.Create(CultureInfo.InvariantCulture,
            $"SELECT 'S' || i AS symbol, make_timestamp({Minute(w.Minute)}) AS window_start, {w.Minute}.5 + i + {w.Revision * 100} AS vwap, CAST(i AS VARCHAR) AS volume FROM range({w.Rows}) t(i)"));
        var first = 0L;
        var list = new List<OutputWindow>();
        foreach (var window in windows)
        {
            list.Add(new OutputWindow(Minute(window.Minute), Minute(window.Minute + 1), window.Revision, first, window.Rows));
            first += window.Rows;
        }

        return Make(origin, selects, list);
    }

    /// <summary>An output of rows without windows.</summary>
    public StreamOutput Rows(long commit, int rows) => Make(new StreamOrigin("vwap", 1, StreamStage.Input, 2, commit),
        [string.Create(CultureInfo.InvariantCulture, $"SELECT 'S' || i AS symbol, make_timestamp({Minute(0)}) + to_days(CAST(i AS INTEGER)) AS window_start, {commit} + i AS vwap, '1' AS volume FROM range({rows}) t(i)")], null);

    public void Dispose()
    {
        Duck.Dispose();
        _folder.Dispose();
    }

    private StreamOutput Make(StreamOrigin origin, IEnumerable<string> selects, IReadOnlyList<OutputWindow>? windows)
    {
        var file = _folder[$"{Guid.NewGuid():n}.parquet"];
        const string Empty = "SELECT '' AS symbol, TIMESTAMP '2026-01-01' AS window_start, 0.0 AS vwap, '' AS volume WHERE false";
        Duck.Write($"SELECT symbol, window_start, vwap::DOUBLE AS vwap, volume FROM ({string.Join(" UNION ALL ", selects.Append(Empty))})", file);
        return new StreamOutput(origin, Columns, windows, (long)Duck.Value($"SELECT count(*) FROM '{file}'")!, file);
    }
}
