using System.Text.Json;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Reads the first rows of results, and fetches no more of their files than it needs.</summary>
public sealed class JobResultReader(IObjectStore store, FooterReader footers, ParquetFetcher fetcher)
{
    /// <summary>The first <paramref name="top"/> rows of a job's output.</summary>
    /// <exception cref="StorageException">A file of the result is gone or was changed.</exception>
    public async Task<JobResult> ReadAsync(JobOutput output, int top, CancellationToken cancellationToken)
    {
        var columns = output.Columns.Select(c => new ColumnSchema(c.Name, c.Type)).ToList();
        using var folder = TaskFolder.Create();
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("result", ParquetCarrier.WithStoredNames(columns)), await FetchAsync(output, top, folder, cancellationToken));
        session.Confine();
        var rows = await session.ReadRowsAsync("SELECT * FROM result", columns, top, cancellationToken);
        return new JobResult(output.Columns, [.. rows.Rows.Select(Parse)], output.Rows, [.. output.Files.Select(f => $"{output.Container}/{f}")]);
    }

    // As many files and row groups as hold the rows, and one file at least, by which the columns are known.
    private async Task<List<ParquetFile>> FetchAsync(JobOutput output, int top, TaskFolder folder, CancellationToken cancellationToken)
    {
        var files = new List<ParquetFile>();
        long rows = 0;
        foreach (var path in output.Files.TakeWhile((_, i) => i == 0 || rows < top))
        {
            var file = await store.FindAsync(output.Container, path, cancellationToken)
                ?? throw new StorageException($"{output.Container}/{path} is gone, though the job wrote it. Submit the job again.");
            var footer = await footers.ReadAsync(file, cancellationToken);
            var groups = footer.RowGroups.TakeWhile(group => group.FirstRow < top - rows).Count();
            var slice = new ParquetSlice(file.Container, file.Path, file.ETag, [.. footer.Columns.Select(c => c.Name)], [.. Enumerable.Range(0, groups)]);
            var local = await fetcher.FetchAsync(slice, folder, cancellationToken);
            files.Add(new ParquetFile(local.Path, Rows: local.Rows?.Select(r => (r.First, r.Last)).ToList()));
            rows += footer.RowGroups.Take(groups).Sum(group => group.Rows);
        }
        return files;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
