using System.Text.Json;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Reads the first rows of results.</summary>
public sealed class JobResultReader(IObjectStore store)
{
    /// <summary>The first <paramref name="top"/> rows of a job's output.</summary>
    public async Task<JobResult> ReadAsync(JobOutput output, int top, CancellationToken cancellationToken)
    {
        var columns = output.Columns.Select(c => new ColumnSchema(c.Name, c.Type)).ToList();
        var temporary = new List<string>();
        try
        {
            var files = new List<ParquetFile>();
            foreach (var file in output.Files)
                files.Add(new ParquetFile(store.LocalPath(output.Container, file) ?? await DownloadAsync(output.Container, file, temporary, cancellationToken)));
            using var session = DuckDbSession.Open();
            session.AddTable(new TableSchema("result", ParquetCarrier.WithStoredNames(columns)), files);
            session.Confine();
            var rows = await session.ReadRowsAsync("SELECT * FROM result", columns, top, cancellationToken);
            return new JobResult(output.Columns, [.. rows.Rows.Select(Parse)], output.Rows, [.. output.Files.Select(f => $"{output.Container}/{f}")]);
        }
        finally
        {
            foreach (var path in temporary)
                File.Delete(path);
        }
    }

    private async Task<string> DownloadAsync(string container, string path, List<string> temporary, CancellationToken cancellationToken)
    {
        var local = Path.GetTempFileName();
        temporary.Add(local);
        await using var from = await store.OpenReadAsync(container, path, cancellationToken);
        await using var to = File.Create(local);
        await from.CopyToAsync(to, cancellationToken);
        return local;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
