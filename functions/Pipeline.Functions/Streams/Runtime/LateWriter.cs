using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Writes late events as they were read: the engine's own way from columns to Parquet.</summary>
internal sealed class LateWriter : IDisposable
{
    private readonly StreamTask _task;

    private LateWriter(StreamTask task) => _task = task;

    /// <summary>Makes the writer of a stream's events.</summary>
    public static async Task<LateWriter> OpenAsync(ActiveStream stream, TaskFolder folder, CancellationToken cancellationToken)
    {
        var source = new StreamSource(stream.Spec.Hub, EventDecoder.SchemaOf(stream.Spec), stream.Spec.EventTime);
        var query = await StreamQuery.CompileAsync($"SELECT * FROM {StreamSource.Table}", source, [], cancellationToken);
        return new LateWriter(await StreamTask.OpenAsync(query, new StreamTaskOptions { Folder = folder.Path }, cancellationToken));
    }

    /// <summary>Writes a batch.</summary>
    /// <returns>The number of rows.</returns>
    public async Task<long> WriteAsync(EventBatch late, string file, CancellationToken cancellationToken)
    {
        await _task.ApplyAsync(late, cancellationToken);
        return await _task.WriteRowsAsync(file, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _task.Dispose();
}
