using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>What a stream's query reads: the events of a hub.</summary>
/// <param name="Hub">The hub's name; the query may name the table so, or <see cref="Table"/>.</param>
/// <param name="Columns">The columns of the events.</param>
/// <param name="EventTime">The TIMESTAMP column that says when an event happened; null for the time at which the hub took it.</param>
public sealed record StreamSource(string Hub, IReadOnlyList<EventColumnSchema> Columns, string? EventTime)
{
    /// <summary>The name of the table of events in every query, beside the hub's own.</summary>
    public const string Table = "events";

    /// <summary>The column whose times make the windows and the watermark, unless the query's window names the enqueued time.</summary>
    public string TimeColumn => EventTime ?? EventBatch.EnqueuedTimeColumn;

    /// <summary>The table as queries see it: the stream's columns, the enqueued time and the sequence number.</summary>
    internal TableSchema ToTable() => new(Table,
    [
        .. Columns.Select(c => c.ToColumn()),
        new ColumnSchema(EventBatch.EnqueuedTimeColumn, "TIMESTAMP"),
        new ColumnSchema(EventBatch.SequenceNumberColumn, "BIGINT"),
    ]);
}
