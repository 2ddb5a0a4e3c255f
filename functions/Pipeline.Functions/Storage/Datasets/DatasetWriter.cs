namespace Pipeline.Storage;

/// <summary>Takes uploads into datasets. Nothing that is not Parquet gets in as data, and nothing replaces a good file but a good file.
/// Files that programs read by name (<c>.fasta</c>, <c>.mtx</c>, <c>.wav</c>) may lie beside: they are no data of the dataset, but what
/// has a registered format is looked at likewise.</summary>
public sealed class DatasetWriter(IObjectStore store, DatasetCatalog catalog, IEnumerable<INamedFileFormat>? formats = null)
{
    /// <summary>Writes a file of a dataset, whole or not at all; one of the same path is replaced at once.</summary>
    /// <param name="dataset">The dataset, which need not exist yet.</param>
    /// <param name="path">The file's path in the dataset, with its partition folders: <c>month=2001-01/part-0.parquet</c>.</param>
    /// <param name="content">The file, from the stream's current position to its end.</param>
    /// <param name="ct">Abandons the upload.</param>
    /// <exception cref="InvalidObjectNameException">The dataset or path cannot be named so, or the file would not be read as data.</exception>
    /// <exception cref="DamagedFileException">The content is not of the format that its name promises; nothing was written.</exception>
    /// <exception cref="CorruptParquetException">The content is no whole Parquet file; nothing was written.</exception>
    /// <exception cref="StorageFullException">There is no room; nothing was written.</exception>
    public async Task<ObjectInfo> WriteAsync(string dataset, string path, Stream content, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        var target = TargetOf(dataset, path);
        var format = formats?.FirstOrDefault(known => path.EndsWith(known.Extension, StringComparison.OrdinalIgnoreCase));
        if (format is null && DatasetFolders.IsFileByName(path))
            return await store.WriteAsync(DatasetFolders.Container, target, content, WriteCondition.None, ct);

        // The whole file has to be here before it can be judged: a footer, for one, is at its end.
        using var folder = TaskFolder.Create();
        var local = folder.File("upload");
        await using var file = new FileStream(local, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        try
        {
            await content.CopyToAsync(file, ct);
        }
        catch (IOException e) when (StorageFullException.IsDiskFull(e))
        {
            throw new StorageFullException($"'{target}'", $"the disk of '{folder.Path}'", e);
        }

        file.Position = 0;
        if (format is null)
            await FooterReader.ReadAsync(local, name: target, ct);
        else
            await CheckAsync(format, file, target, ct);
        file.Position = 0;
        return await store.WriteAsync(DatasetFolders.Container, target, file, WriteCondition.None, ct);
    }

    /// <summary>Closes an upload: checks that the dataset's files fit together, and then writes the marker that says so.</summary>
    /// <inheritdoc cref="DatasetCatalog.OpenAsync" path="/exception"/>
    public async Task CompleteAsync(string dataset, CancellationToken ct)
    {
        await catalog.OpenAsync(dataset, ct);
        await store.WriteAsync(DatasetFolders.Container, $"{dataset}/{DatasetFolders.SuccessMarker}", Stream.Null, WriteCondition.None, ct);
    }

    private static string TargetOf(string dataset, string path)
    {
        ObjectName.CheckSegment(dataset);
        ObjectName.CheckPath(path);
        var target = $"{dataset}/{path}";
        ObjectName.CheckPath(target);
        if (DatasetFolders.IsFileByName(path))
            return target;
        if (!path.EndsWith(DatasetFolders.Extension, StringComparison.OrdinalIgnoreCase))
            throw new InvalidObjectNameException(
                $"'{path}' cannot be a file of dataset '{dataset}': datasets are Parquet files, whose names end with {DatasetFolders.Extension}. " +
                "Convert it first; DuckDB does so with COPY (FROM 'data.csv') TO 'data.parquet'.");
        if (!DatasetFolders.IsDataFile(target))
            throw new InvalidObjectNameException(
                $"'{path}' would not be read as a file of dataset '{dataset}': names that start with '_' or '.' are passed over. Rename it.");
        PartitionColumns.Check(target);
        return target;
    }

    private static async Task CheckAsync(INamedFileFormat format, Stream file, string target, CancellationToken ct)
    {
        try
        {
            await format.CheckAsync(file, ct);
        }
        catch (FormatException e)
        {
            throw new DamagedFileException(target, e.Message, e);
        }
    }
}
