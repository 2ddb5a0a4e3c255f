using System.Text.Json;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Shows what is in a dataset: its files, and its first rows without fetching more than these need.</summary>
public sealed class DatasetReader(DatasetCatalog catalog, ParquetFetcher fetcher)
{
    /// <summary>The first files of a dataset, in the order of their paths.</summary>
    /// <inheritdoc cref="DatasetCatalog.OpenAsync" path="/exception"/>
    public async Task<IReadOnlyList<DatasetFileView>> FilesAsync(string name, int top, CancellationToken cancellationToken)
    {
        var dataset = await catalog.OpenAsync(name, cancellationToken);
        return [.. dataset.Files.Take(top).Select(f => new DatasetFileView(
            f.Object.Path[(name.Length + 1)..], Partition(dataset, f), f.Footer.Rows, f.Object.Length, f.Footer.RowGroups.Count, f.Object.LastModified))];
    }

    /// <summary>The first rows of a dataset.</summary>
    /// <inheritdoc cref="DatasetCatalog.OpenAsync" path="/exception"/>
    public async Task<JobResult> RowsAsync(string name, int top, CancellationToken cancellationToken)
    {
        var dataset = await catalog.OpenAsync(name, cancellationToken);
        var columns = dataset.Columns.Select(c => new ColumnSchema(c.Name, c.Type)).ToList();
        using var folder = TaskFolder.Create();
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("dataset", columns) { PartitionColumns = dataset.PartitionColumns }, await FetchAsync(dataset, top, folder, cancellationToken));
        session.Confine();
        var rows = await session.ReadRowsAsync("SELECT * FROM dataset", columns, top, cancellationToken);
        return new JobResult(
            [.. columns.Select(c => new ResultColumn(c.Name, c.Type))], [.. rows.Rows.Select(Parse)], dataset.Files.Sum(f => f.Footer.Rows),
            [.. dataset.Files.Take(100).Select(f => $"{DatasetFolders.Container}/{f.Object.Path}")]);
    }

    // As many files and row groups as hold the rows, and one file at least, by which the columns are known.
    private async Task<List<ParquetFile>> FetchAsync(Dataset dataset, int top, TaskFolder folder, CancellationToken cancellationToken)
    {
        var files = new List<ParquetFile>();
        long rows = 0;
        foreach (var file in dataset.Files.TakeWhile((_, i) => i == 0 || rows < top))
        {
            var groups = file.Footer.RowGroups.TakeWhile(group => group.FirstRow < top - rows).Count();
            var slice = new ParquetSlice(file.Object.Container, file.Object.Path, file.Object.ETag, [.. file.Footer.Columns.Select(c => c.Name)], [.. Enumerable.Range(0, groups)]);
            var local = await fetcher.FetchAsync(slice, folder, cancellationToken);
            files.Add(new ParquetFile(local.Path, Partition(dataset, file), local.Rows?.Select(r => (r.First, r.Last)).ToList()));
            rows += file.Footer.RowGroups.Take(groups).Sum(group => group.Rows);
        }
        return files;
    }

    private static Dictionary<string, string?> Partition(Dataset dataset, DatasetFile file) =>
        dataset.PartitionColumns.Zip(file.Partition).ToDictionary(p => p.First, p => p.Second, StringComparer.OrdinalIgnoreCase);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
