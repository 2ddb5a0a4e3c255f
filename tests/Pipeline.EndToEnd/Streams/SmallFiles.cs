using System.Globalization;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Streams;

/// <summary>A dataset of many small files as a stream writes them, and the job that counts its rows.</summary>
internal static class SmallFiles
{
    /// <summary>How many files.</summary>
    public const int Count = 40;

    /// <summary>A job over all rows: how many there are, and whether each is there once.</summary>
    public const string Job = """{ "kind": "batch", "name": "count", "tables": { "bars": "bars" }, "query": "select count(*) as n, count(distinct id) as ids, sum(id) as total from bars" }""";

    /// <summary>The row that the job must give.</summary>
    public static readonly string Answer = string.Create(CultureInfo.InvariantCulture, $"{Count * 100}, {Count * 100}, {Count * 100L * (Count * 100 - 1) / 2}");

    /// <summary>Uploads the files, a window each, to two days.</summary>
    public static async Task UploadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var data = new TestData();
        for (var i = 0; i < Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"date=2026-01-{30 + i % 2}/vwap.input-0.20260131T23{i:D2}00Z-20260131T23{i + 1:D2}00Z.parquet");
            await http.UploadAsync("bars", path, data.Parquet($"select i as id, 'S' || (i % 7) as symbol from range({i * 100}, {i * 100 + 100}) t(i)"), cancellationToken);
        }
    }
}
