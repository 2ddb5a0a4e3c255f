namespace Pipeline.Streams;

/// <summary>
/// Events of one partition in the order of the log, column by column. Fill it event by event: append one value to every column,
/// then call <see cref="Add"/>; or <see cref="Discard"/> what was appended of an event that turns out to be poison. Reuse it with
/// <see cref="Clear"/>. Not safe for use by two threads at a time.
/// </summary>
public sealed class EventBatch
{
    /// <summary>The column with the time at which the hub took the event; every stream has it.</summary>
    public const string EnqueuedTimeColumn = "enqueued_time";

    /// <summary>The column with the event's sequence number in its partition; every stream has it.</summary>
    public const string SequenceNumberColumn = "sequence_number";

    /// <summary>Makes an empty batch.</summary>
    /// <param name="columns">The stream's own columns.</param>
    public EventBatch(IReadOnlyList<EventColumnSchema> columns)
    {
        Columns = [.. columns.Select(c => new EventColumn(c))];
        All = [.. Columns, EnqueuedTimes, SequenceNumbers];
    }

    /// <summary>The stream's own columns, in their order.</summary>
    public IReadOnlyList<EventColumn> Columns { get; }

    /// <summary>How many whole events there are.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes that the events take.</summary>
    public long Bytes => All.Sum(c => c.Bytes);

    /// <summary>The times at which the hub took the events.</summary>
    internal EventColumn EnqueuedTimes { get; } = new(new EventColumnSchema(EnqueuedTimeColumn, EventColumnType.Timestamp));

    /// <summary>The events' places in their partition.</summary>
    internal EventColumn SequenceNumbers { get; } = new(new EventColumnSchema(SequenceNumberColumn, EventColumnType.BigInt));

    /// <summary>The stream's columns and the two that every stream has.</summary>
    internal IReadOnlyList<EventColumn> All { get; }

    /// <summary>Ends an event whose values are appended to all <see cref="Columns"/>.</summary>
    /// <param name="sequenceNumber">Its place in its partition; greater than that of the event before.</param>
    /// <param name="enqueuedTime">When the hub took it, in microseconds since 1970-01-01 UTC.</param>
    /// <exception cref="InvalidOperationException">A column has no value, or more than one.</exception>
    public void Add(long sequenceNumber, long enqueuedTime)
    {
        // By index: an enumerator would be made for each event.
        for (var i = 0; i < Columns.Count; i++)
        {
            var column = Columns[i];
            if (column.Count != Count + 1)
            {
                throw new InvalidOperationException($"Column {column.Name} has {column.Count - Count} values for the event; append one, or a null.");
            }
        }

        EnqueuedTimes.Append(enqueuedTime);
        SequenceNumbers.Append(sequenceNumber);
        Count++;
    }

    /// <summary>Forgets what was appended of an event that was not added.</summary>
    public void Discard()
    {
        foreach (var column in Columns)
        {
            column.Truncate(Count);
        }
    }

    /// <summary>Takes all events away; the buffers stay.</summary>
    public void Clear()
    {
        foreach (var column in All)
        {
            column.Clear();
        }

        Count = 0;
    }
}
