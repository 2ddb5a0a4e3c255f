using Pipeline.Sql;

namespace Pipeline.Storage;

/// <summary>Makes one Parquet file of several with the same columns, and several of one.</summary>
internal sealed class ParquetJoiner(IObjectStore store, FooterReader footers, ParquetFetcher fetcher, TimeProvider time)
{
    private const string Table = "files";
    private const int ParallelFetches = 8;

    /// <summary>Writes the rows of all files, in their order, to a local file.</summary>
    /// <returns>How many rows each file had.</returns>
    /// <exception cref="ConditionFailedException">A file is no longer the version given.</exception>
    public async Task<IReadOnlyList<long>> JoinAsync(IReadOnlyList<CompactionPlan.Source> sources, string local, TaskFolder folder, CancellationToken ct)
    {
        var slices = new (ParquetFooter Footer, LocalSlice Local, ParquetSlice Slice)[sources.Count];
        await Parallel.ForAsync(0, sources.Count, new ParallelOptions { MaxDegreeOfParallelism = ParallelFetches, CancellationToken = ct }, async (i, token) =>
            slices[i] = await FetchAsync(sources[i].Path, sources[i].ETag, folder, token));
        var written = await WriteAsync(slices[0].Footer, [.. slices.Select(s => new ParquetFile(s.Local.Path))], local, folder, ct);
        foreach (var (_, fetched, slice) in slices)
            await fetcher.EnsureUnchangedAsync(slice, fetched, ct);
        var rows = slices.Sum(s => s.Footer.Rows);
        return written == rows
            ? [.. slices.Select(s => s.Footer.Rows)]
            : throw new StorageException($"Of {rows} rows {written} were written to a compacted file of '{sources[0].Path}' and {sources.Count - 1} more. Nothing was changed.");
    }

    /// <summary>Writes a range of a file's rows to a local file.</summary>
    public async Task PartAsync(ObjectInfo file, RowRange rows, string local, TaskFolder folder, CancellationToken ct)
    {
        var (footer, fetched, slice) = await FetchAsync(file.Path, file.ETag, folder, ct);
        await WriteAsync(footer, [new ParquetFile(fetched.Path, Rows: [(rows.First, rows.Last)])], local, folder, ct);
        await fetcher.EnsureUnchangedAsync(slice, fetched, ct);
    }

    private async Task<(ParquetFooter Footer, LocalSlice Local, ParquetSlice Slice)> FetchAsync(string path, string etag, TaskFolder folder, CancellationToken ct)
    {
        var file = await store.FindAsync(DatasetFolders.Container, path, ct);
        if (file?.ETag != etag) throw ConditionFailedException.Changed(DatasetFolders.Container, path);
        var footer = await footers.ReadAsync(file!, ct);
        var slice = new ParquetSlice(DatasetFolders.Container, path, etag, [.. footer.Columns.Select(c => c.Name)], [.. Enumerable.Range(0, footer.RowGroups.Count)]);
        return (footer, await fetcher.FetchAsync(slice, folder, ct), slice);
    }

    private async Task<long> WriteAsync(ParquetFooter footer, IReadOnlyList<ParquetFile> files, string local, TaskFolder folder, CancellationToken ct)
    {
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = folder.Path, MemoryLimitBytes = 512L << 20 }, time);
        IReadOnlyList<ColumnSchema> columns = [.. footer.Columns.Select(c => new ColumnSchema(c.Name, c.Type))];
        session.AddTable(new TableSchema(Table, columns), files);
        session.Confine(local);
        return await session.WriteResultAsync($"SELECT * FROM {Table}", columns, local, "zstd", [], ct);
    }
}
