using System.Collections.Concurrent;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>What a task reads: the session that the tables are added to, and a record of what was fetched for them.</summary>
/// <param name="Session">The task's database.</param>
/// <param name="Folder">Where local files go.</param>
public sealed record TaskInput(DuckDbSession Session, TaskFolder Folder)
{
    private long _bytesRead;
    private long _rowsRead;

    /// <summary>The slices of datasets' files that were fetched, and where they are.</summary>
    internal ConcurrentQueue<(ParquetSlice Slice, LocalSlice Local)> Slices { get; } = [];

    /// <summary>The figures so far.</summary>
    public TaskReport Report => new(RowsRead: Interlocked.Read(ref _rowsRead), BytesRead: Interlocked.Read(ref _bytesRead));

    internal void Count(BatchFile file, LocalSlice local)
    {
        Interlocked.Add(ref _rowsRead, file.Rows);
        Interlocked.Add(ref _bytesRead, local.IsInPlace ? file.Bytes : local.BytesFetched);
    }
}
