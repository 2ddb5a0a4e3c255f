using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A table of sales in many small row groups, so that a small task size makes many tasks of it, and jobs over it.</summary>
internal sealed class SalesSpecs : IDisposable
{
    private const int Files = 10;
    private const int GroupsAFile = 28;
    private const int RowsAGroup = 2048;

    private readonly TestData _data = new();

    public SalesSpecs() => _data.Execute(
        $"""
        CREATE TABLE sales AS SELECT range AS id, range % {Files} AS file, range % 7 AS shop, (range * 7919) % 1000 AS price
        FROM range({Files * GroupsAFile * RowsAGroup})
        """);

    /// <summary>How many tasks a scan of the whole table is, at <see cref="Spec"/>'s task size.</summary>
    public static int Tasks => Files * GroupsAFile;

    /// <summary>How many rows the table has.</summary>
    public static long Rows => Files * GroupsAFile * RowsAGroup;

    public async Task UploadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        for (var file = 0; file < Files; file++)
        {
            await http.UploadAsync("sales", $"file={file}/part.parquet", _data.Parquet($"SELECT id, shop, price FROM sales WHERE file = {file}", RowsAGroup), cancellationToken);
        }
    }

    /// <summary>A job in which every row group is a task.</summary>
    public static string Spec(string query, string more = "") =>
        $$"""{ "kind": "batch", "name": "sales", "tables": { "sales": "sales" }, "query": {{JsonSerializer.Serialize(query)}}, "options": { "taskSize": 1024 }{{more}} }""";

    /// <summary>DuckDB's own answer, in the form of <see cref="BatchClient.RowsAsync"/>.</summary>
    public IReadOnlyList<string> Answer(string query) =>
        [.. _data.Ask(query).Select(row => string.Join(", ", JsonDocument.Parse(row).RootElement.EnumerateObject().Select(column => column.Value.GetRawText())))];

    public void Dispose() => _data.Dispose();
}
