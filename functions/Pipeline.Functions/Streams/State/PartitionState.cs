namespace Pipeline.Streams;

/// <summary>All that is known of a place: position, state and output of one moment, committed in one write.</summary>
internal sealed record PartitionState
{
    /// <summary>The number of the commit that wrote this; 0 before the first.</summary>
    public long Commit { get; init; }

    /// <summary>The last event that is in the state; -1 for none. Of the shuffle: the last message.</summary>
    public long LastSequence { get; init; } = -1;

    /// <summary>When the hub took that event, in microseconds since 1970.</summary>
    public long? LastEnqueued { get; init; }

    /// <summary>The latest time of an event, in microseconds since 1970.</summary>
    public long? MaxEventTime { get; init; }

    /// <summary>The watermark: windows that end here or earlier are closed. In microseconds since 1970.</summary>
    public long? Watermark { get; init; }

    /// <summary>How far the engine has come in closing windows.</summary>
    public StreamPosition Position { get; init; } = StreamPosition.Start;

    /// <summary>By processing time: when events came last.</summary>
    public DateTimeOffset LastArrival { get; init; }

    /// <summary>Whether it has been without events for so long that it holds nobody back.</summary>
    public bool Idle { get; init; }

    /// <summary>Events of the last seconds in which there were any.</summary>
    public EventRate Rate { get; init; } = new();

    /// <summary>When this was committed.</summary>
    public DateTimeOffset CommittedAt { get; init; }

    /// <summary>Counted since the generation began.</summary>
    public StreamCounters Counters { get; init; } = new();

    /// <summary>Of the shuffle: the senders, by partition.</summary>
    public IReadOnlyDictionary<int, SourceState> Sources { get; init; } = new Dictionary<int, SourceState>();

    /// <summary>The whole state of a moment; null where the deltas are all.</summary>
    public StateBlob? Snapshot { get; init; }

    /// <summary>What was added since the snapshot, oldest first.</summary>
    public IReadOnlyList<StateBlob> Deltas { get; init; } = [];

    /// <summary>What is to be sent, oldest first.</summary>
    public IReadOnlyList<OutboxEntry> Outbox { get; init; } = [];

    /// <summary>The latest results, oldest first.</summary>
    public IReadOnlyList<KeptResult> Results { get; init; } = [];

    /// <summary>Open keys and windows.</summary>
    public long Keys { get; init; }

    /// <summary>The bytes that they take in memory.</summary>
    public long Bytes { get; init; }

    /// <summary>When it was over its limit last; null for never.</summary>
    public DateTimeOffset? FullAt { get; init; }

    /// <summary>What somebody should look at; empty where all is well.</summary>
    public IReadOnlyList<StreamAlarm> Alarms { get; init; } = [];

    /// <summary>Every file that this state refers to.</summary>
    public IEnumerable<string> Files() => new[] { Snapshot }.Concat(Deltas).Concat(Outbox.Select(e => e.Blob)).Concat(Results.Select(r => r.Blob))
        .Select(blob => blob?.Path).OfType<string>();
}
