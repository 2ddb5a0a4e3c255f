using System.Collections.Concurrent;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps the reference datasets of streams as local files, and looks every few seconds whether they have changed.</summary>
internal sealed class ReferenceTables(IObjectStore store, DatasetCatalog datasets, ParquetFetcher fetcher, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<(string Dataset, string Schema), Entry> _entries = new();
    private readonly TaskFolder _folder = TaskFolder.Create();

    /// <summary>Where the files are.</summary>
    public string Folder => _folder.Path;

    /// <summary>A file with all rows of a dataset, and a text that differs for each version of it. The file stays until the dataset has changed twice.</summary>
    /// <param name="table">The table as the query knows it.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StorageException">The dataset cannot be read, or no longer fits the query.</exception>
    public async Task<(string Version, string File)> GetAsync(TableSchema table, string dataset, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd((dataset, string.Join(',', table.Columns)), _ => new Entry());
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            if (entry.File is not null && time.GetElapsedTime(entry.LookedAt) < Interval)
                return (entry.Version, entry.File);
            var version = await VersionAsync(dataset, cancellationToken);
            if (entry.File is null || version != entry.Version)
            {
                var file = await LoadAsync(table, dataset, cancellationToken);
                if (entry.Former is { } former)
                    File.Delete(former);
                (entry.Former, entry.File, entry.Version) = (entry.File, file, version);
            }
            entry.LookedAt = time.GetTimestamp();
            return (entry.Version, entry.File);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private async Task<string> VersionAsync(string dataset, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        await foreach (var file in store.ListAsync(DatasetFolders.Container, $"{dataset}/", cancellationToken))
        {
            // Its policy too: what was allowed may no longer be, and reading it again is refused then.
            if (DatasetFolders.IsDataFile(file.Path) || file.Path == $"{dataset}/_policy.json")
                files.Add($"{file.Path} {file.ETag}");
        }
        return Fingerprint.Of([.. files]);
    }

    private async Task<string> LoadAsync(TableSchema table, string dataset, CancellationToken cancellationToken)
    {
        var opened = await datasets.OpenAsync(dataset, cancellationToken);
        var missing = table.Columns.FirstOrDefault(c => !opened.Columns.Any(o => o.Name.Equals(c.Name, StringComparison.OrdinalIgnoreCase) && o.Type == c.Type));
        if (missing is not null)
            throw new SchemaMismatchException($"Dataset '{dataset}' no longer has the column '{missing.Name}' ({missing.Type}) that it had when the stream was put. Put the stream again.");
        using var scratch = TaskFolder.Create();
        var files = new List<ParquetFile>();
        var stored = table.Columns.Select(c => c.Name).Except(table.PartitionColumns, StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var file in opened.Files)
        {
            var slice = new ParquetSlice(DatasetFolders.Container, file.Object.Path, file.Object.ETag, stored, [.. Enumerable.Range(0, file.Footer.RowGroups.Count)]);
            var local = await fetcher.FetchAsync(slice, scratch, cancellationToken);
            files.Add(new ParquetFile(local.Path, opened.PartitionColumns.Zip(file.Partition).ToDictionary(p => p.First, p => p.Second, StringComparer.OrdinalIgnoreCase)));
        }
        var target = _folder.File($"{Guid.NewGuid():N}.parquet");
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("reference", table.Columns) { PartitionColumns = table.PartitionColumns }, files);
        await session.WriteExactAsync("SELECT * FROM reference", table.Columns, target, cancellationToken);
        return target;
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public string Version { get; set; } = "";

        public string? File { get; set; }

        /// <summary>The one before, which somebody may be about to read.</summary>
        public string? Former { get; set; }

        public long LookedAt { get; set; }
    }
}
