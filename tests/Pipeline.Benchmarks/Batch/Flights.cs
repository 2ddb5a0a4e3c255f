using System.Text.Json;
using DuckDB.NET.Data;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Batch;

/// <summary>The sample job over the sample flights, and DuckDB asked the same directly.</summary>
internal sealed class Flights
{
    private readonly string _query;

    private Flights(string folder, string spec)
    {
        (Folder, Spec) = (folder, spec);
        using var json = JsonDocument.Parse(spec);
        var query = json.RootElement.GetProperty("query");
        _query = query.ValueKind == JsonValueKind.Array ? string.Join('\n', query.EnumerateArray().Select(line => line.GetString())) : query.GetString()!;
    }

    /// <summary>The folder of the dataset.</summary>
    public string Folder { get; }

    /// <summary>The job.</summary>
    public string Spec { get; }

    /// <summary>Reads both from the samples.</summary>
    public static Flights Load() => new(SamplesFolder.Find("data", "flights"), File.ReadAllText(SamplesFolder.Find("batch", "flights-by-month.json")));

    /// <summary>Opens DuckDB with two threads and asks it over the same files: a JSON array a row, as the app's result has them.</summary>
    public IReadOnlyList<string> AskDuckDb()
    {
        using var connection = new DuckDBConnection("DataSource=:memory:;threads=2");
        connection.Open();
        using var command = connection.CreateCommand();
        var files = Path.Combine(Folder, "*", "*.parquet").Replace("'", "''", StringComparison.Ordinal);
#pragma warning disable CA2100 // The query is the sample's.
        command.CommandText = $"CREATE VIEW flights AS FROM read_parquet('{files}', hive_partitioning = true); SELECT CAST(to_json(r) AS VARCHAR) FROM ({_query}) r";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        do
        {
            while (reader.Read())
            {
                using var row = JsonDocument.Parse(reader.GetString(0));
                rows.Add(Row(row.RootElement.EnumerateObject().Select(column => column.Value)));
            }
        }
        while (reader.NextResult());
        return rows;
    }

    /// <summary>A row as text, to compare.</summary>
    public static string Row(IEnumerable<JsonElement> values) => string.Join(", ", values.Select(value => value.GetRawText()));
}
