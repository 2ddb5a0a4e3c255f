using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>Reads what a task gives as sinks do: each row a JSON array of its values.</summary>
internal sealed class TaskRows(string folder) : IDisposable
{
    private static readonly StreamOrigin s_origin = new("test", 1, StreamStage.Input, 0, 1);

    private readonly StreamOutputReader _reader = new();

    /// <summary>The rows of the windows that were closed last.</summary>
    public Task<IReadOnlyList<string>> OfAsync(StreamTask task, WindowResults closed) =>
        ReadAsync(task, file => closed.Rows == 0 ? Task.FromResult(0L) : task.WriteClosedAsync(file, 0, closed.Rows, CancellationToken.None));

    /// <summary>Takes the rows of a query without windows.</summary>
    public Task<IReadOnlyList<string>> TakeAsync(StreamTask task) => ReadAsync(task, file => task.WriteRowsAsync(file, CancellationToken.None));

    public void Dispose() => _reader.Dispose();

    private async Task<IReadOnlyList<string>> ReadAsync(StreamTask task, Func<string, Task<long>> write)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():n}.parquet");
        var count = await write(file);
        if (count == 0) return [];
        var rows = await _reader.ReadAsync(new StreamOutput(s_origin, task.Query.Result, null, count, file), CancellationToken.None).ToListAsync();
        File.Delete(file);
        return rows;
    }
}
