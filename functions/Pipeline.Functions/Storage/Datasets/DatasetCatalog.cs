namespace Pipeline.Storage;

/// <summary>Finds datasets and what is in them.</summary>
public sealed class DatasetCatalog(IObjectStore store, DatasetListing listing, FooterReader footers)
{
    private const int ParallelReads = 16;
    private const int Attempts = 3;

    /// <summary>Lists the datasets that have Parquet files, by name. Reads no footers.</summary>
    public async Task<IReadOnlyList<DatasetView>> ListAsync(CancellationToken ct)
    {
        var views = new List<DatasetView>();
        var closed = new HashSet<string>(StringComparer.Ordinal);
        var compacted = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in store.ListAsync(DatasetFolders.Container, "", ct))
        {
            if (file.Path.EndsWith($"/{DatasetFolders.SuccessMarker}", StringComparison.Ordinal)) closed.Add(file.Path[..^(DatasetFolders.SuccessMarker.Length + 1)]);
            if (file.Path.IndexOf('/') is var slash and > 0 && file.Path == CompactionFiles.Marker(file.Path[..slash])) compacted.Add(file.Path[..slash]);
            if (!DatasetFolders.IsDataFile(file.Path)) continue;
            var name = file.Path[..file.Path.IndexOf('/')];
            if (views.Count > 0 && views[^1].Name == name)
                views[^1] = views[^1] with { Files = views[^1].Files + 1, Bytes = views[^1].Bytes + file.Length };
            else
                views.Add(new DatasetView(name, 1, file.Length, KeysOf(file.Path)));
        }

        foreach (var (index, view) in views.Index().Where(v => compacted.Contains(v.Item.Name)).ToList())
        {
            var files = await listing.ReadAsync(view.Name, null, ct);
            views[index] = view with { Files = files.Count, Bytes = files.Sum(f => f.Length) };
        }

        return [.. views.Select(v => v with { Closed = closed.Contains(v.Name) }).OrderBy(v => v.Name, StringComparer.Ordinal)];
    }

    /// <summary>Describes a dataset in full.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public async Task<DatasetView> DescribeAsync(string name, CancellationToken ct)
    {
        var dataset = await OpenAsync(name, ct);
        return new DatasetView(
            name, dataset.Files.Count, dataset.Files.Sum(f => f.Object.Length), dataset.PartitionColumns,
            dataset.Files.Sum(f => f.Footer.Rows), dataset.Columns,
            await store.FindAsync(DatasetFolders.Container, $"{name}/{DatasetFolders.SuccessMarker}", ct) is not null);
    }

    /// <summary>Lists a dataset's files and reads their footers.</summary>
    /// <exception cref="InvalidObjectNameException">No dataset can have that name.</exception>
    /// <exception cref="DatasetNotFoundException">There is no such dataset, or it has no Parquet files.</exception>
    /// <exception cref="CorruptParquetException">A file is no whole Parquet file.</exception>
    /// <exception cref="SchemaMismatchException">The files disagree on their columns or partition folders.</exception>
    public async Task<Dataset> OpenAsync(string name, CancellationToken ct)
    {
        ObjectName.CheckSegment(name);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OpenOnceAsync(name, ct);
            }
            catch (Exception e) when (e is ConditionFailedException or ObjectNotFoundException && attempt < Attempts)
            {
                // A file was replaced or deleted after it was listed: look again.
            }
        }
    }

    private async Task<Dataset> OpenOnceAsync(string name, CancellationToken ct)
    {
        var others = new List<string>();
        var objects = await listing.ReadAsync(name, others.Add, ct);
        if (objects.Count == 0) throw await NotFoundAsync(name, others, ct);
        var (partitionColumns, values) = PartitionColumns.Read(name, objects);
        var files = new DatasetFile[objects.Count];
        await Parallel.ForAsync(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = ct }, async (i, token) =>
            files[i] = new DatasetFile(objects[i], values[i], await footers.ReadAsync(objects[i], token)));
        return new Dataset(name, DatasetSchema.Join(name, files, partitionColumns), partitionColumns, files);
    }

    private async Task<DatasetNotFoundException> NotFoundAsync(string name, List<string> others, CancellationToken ct)
    {
        if (others.Count > 0)
            return new DatasetNotFoundException(
                $"Dataset '{name}' has no Parquet files; it has {others.Count} others, such as '{others[0]}'. " +
                $"Its data must be in files that end with {DatasetFolders.Extension}.");
        var known = (await ListAsync(ct)).Select(d => d.Name).ToList();
        var hint = known.Count == 0 ? " There are none yet: upload one." : NearestName.Hint(name, known);
        return new DatasetNotFoundException($"There is no dataset '{name}'.{hint}");
    }

    private static IReadOnlyList<string> KeysOf(string path) =>
        [.. path.Split('/')[1..^1].Where(HivePartition.IsPartition).Select(folder => folder[..folder.IndexOf('=')])];
}
