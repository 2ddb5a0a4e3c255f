namespace Pipeline.Storage;

/// <summary>Takes uploads into datasets.</summary>
public sealed class DatasetWriter(IObjectStore store)
{
    /// <summary>Writes a file of a dataset, whole or not at all; one of the same path is replaced.</summary>
    public Task<ObjectInfo> WriteAsync(string dataset, string path, Stream content, CancellationToken ct) =>
        store.WriteAsync(DatasetFolders.Container, $"{dataset}/{path}", content, WriteCondition.None, ct);

    /// <summary>Closes an upload with its marker.</summary>
    public Task CompleteAsync(string dataset, CancellationToken ct) =>
        store.WriteAsync(DatasetFolders.Container, $"{dataset}/{DatasetFolders.SuccessMarker}", Stream.Null, WriteCondition.None, ct);
}
