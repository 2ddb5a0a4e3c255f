using System.Buffers;

namespace Pipeline.Storage;

/// <summary>
/// Brings what a task reads of a Parquet file to the local disk. A directory store's files are read in place; of a blob only the
/// chunks of the needed columns and row groups are fetched, into a sparse file whose footer names no other row groups.
/// </summary>
public sealed class ParquetFetcher(IObjectStore store, FooterReader footers)
{
    private const int ParallelRequests = 8;

    /// <summary>Makes a slice readable.</summary>
    /// <param name="slice">What is read.</param>
    /// <param name="folder">Where a local file goes.</param>
    /// <param name="ct">Stops the fetching.</param>
    /// <exception cref="ConditionFailedException">The file was replaced or deleted since the task was planned.</exception>
    /// <exception cref="CorruptParquetException">The file is no whole Parquet file.</exception>
    /// <exception cref="StorageFullException">The local disk is full.</exception>
    public async Task<LocalSlice> FetchAsync(ParquetSlice slice, TaskFolder folder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(slice);
        ArgumentNullException.ThrowIfNull(folder);
        var file = await CurrentAsync(slice, ct);
        var footer = await footers.ReadAsync(file, ct);
        var rowGroups = slice.RowGroups.Distinct().Order().ToList();
        if (rowGroups.Exists(g => g < 0 || g >= footer.RowGroups.Count))
            throw new ArgumentException($"'{slice.Path}' has {footer.RowGroups.Count} row groups, not number {rowGroups[^1]}.", nameof(slice));
        // A column of that name would hide the numbers by which DuckDB picks the rows of a file in place.
        var canPickRows = !footer.Columns.Any(c => c.Name.Equals("file_row_number", StringComparison.OrdinalIgnoreCase));
        if (store.LocalPath(slice.Container, slice.Path) is { } inPlace && (canPickRows || rowGroups.Count == footer.RowGroups.Count))
            return new LocalSlice(inPlace, Rows(footer, rowGroups), IsInPlace: true, BytesFetched: 0);

        var local = folder.File($"{Guid.NewGuid():N}{DatasetFolders.Extension}");
        try
        {
            var fetched = await DownloadAsync(file, footer, Columns(slice, footer), rowGroups, local, ct);
            return new LocalSlice(local, Rows: null, IsInPlace: false, fetched);
        }
        catch (IOException e) when (StorageFullException.IsDiskFull(e))
        {
            throw new StorageFullException($"A task's part of '{slice.Path}'", $"the disk of '{folder.Path}'", e);
        }
    }

    /// <summary>
    /// Makes sure, after a slice was read, that it was the planned version all the time: a file that is read in place can be replaced
    /// meanwhile. Copies cannot, and cost nothing here.
    /// </summary>
    /// <exception cref="ConditionFailedException">The file was replaced or deleted.</exception>
    public async Task EnsureUnchangedAsync(ParquetSlice slice, LocalSlice local, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(slice);
        ArgumentNullException.ThrowIfNull(local);
        if (local.IsInPlace) await CurrentAsync(slice, ct);
    }

    private async Task<ObjectInfo> CurrentAsync(ParquetSlice slice, CancellationToken ct) =>
        await store.FindAsync(slice.Container, slice.Path, ct) is { } file && file.ETag == slice.ETag
            ? file
            : throw ConditionFailedException.ChangedDuringJob(slice.Container, slice.Path);

    private async Task<long> DownloadAsync(
        ObjectInfo file, ParquetFooter footer, HashSet<int> columns, List<int> rowGroups, string local, CancellationToken ct)
    {
        var needed = rowGroups.SelectMany(g => footer.RowGroups[g].Chunks.Where((_, column) => columns.Contains(column))).SelectMany(c => c.Ranges);
        var ranges = RangePlanner.Plan(needed);
        using var handle = File.OpenHandle(local, FileMode.CreateNew, FileAccess.Write, options: FileOptions.Asynchronous);
        var footerAt = file.Length - footer.Length;
        var newFooter = FooterSlicer.Slice(footer.Bytes.Span, rowGroups, rowGroups.Sum(g => footer.RowGroups[g].Rows));
        await RandomAccess.WriteAsync(handle, "PAR1"u8.ToArray(), 0, ct);
        await RandomAccess.WriteAsync(handle, newFooter, footerAt, ct);
        await Parallel.ForEachAsync(ranges, new ParallelOptions { MaxDegreeOfParallelism = ParallelRequests, CancellationToken = ct },
            async (range, token) => await CopyAsync(file, range, handle, token));
        return ranges.Sum(r => r.Length);
    }

    private async Task CopyAsync(ObjectInfo file, ByteRange range, Microsoft.Win32.SafeHandles.SafeFileHandle to, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)range.Length);
        try
        {
            var bytes = buffer.AsMemory(0, (int)range.Length);
            var read = await store.ReadRangeAsync(file.Container, file.Path, range.Offset, bytes, file.ETag, ct);
            if (read < bytes.Length) throw ConditionFailedException.ChangedDuringJob(file.Container, file.Path);
            await RandomAccess.WriteAsync(to, bytes, range.Offset, ct);
        }
        catch (Exception e) when (e is ObjectNotFoundException or ConditionFailedException)
        {
            throw ConditionFailedException.ChangedDuringJob(file.Container, file.Path, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static HashSet<int> Columns(ParquetSlice slice, ParquetFooter footer) =>
    [
        .. slice.Columns.Select(name => footer.Columns.Index().FirstOrDefault(c => c.Item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Item: not null } found
            ? found.Index
            : throw new ArgumentException($"'{slice.Path}' has no column '{name}'.", nameof(slice))),
    ];

    private static List<RowRange>? Rows(ParquetFooter footer, List<int> rowGroups)
    {
        if (rowGroups.Count == footer.RowGroups.Count) return null;
        var ranges = new List<RowRange>();
        foreach (var group in rowGroups.Select(g => footer.RowGroups[g]))
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == group.FirstRow) ranges[^1] = ranges[^1] with { Count = ranges[^1].Count + group.Rows };
            else ranges.Add(new RowRange(group.FirstRow, group.Rows));
        }

        return ranges;
    }
}
