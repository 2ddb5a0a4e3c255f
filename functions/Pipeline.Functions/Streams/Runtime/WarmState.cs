using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>A place's state in memory: the last commit, and the engine's task that holds its rows.</summary>
internal sealed class WarmState(PartitionState state, string? etag, StreamTask task, TaskFolder folder) : IDisposable
{
    private readonly Dictionary<OutboxEntry, string> _files = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<OutboxEntry> _sent = new(ReferenceEqualityComparer.Instance);

    /// <summary>What was committed last.</summary>
    public PartitionState State { get; private set; } = state;

    /// <summary>Its version; null before the first commit.</summary>
    public string? ETag { get; private set; } = etag;

    /// <summary>The rows.</summary>
    public StreamTask Task { get; } = task;

    /// <summary>For files that are on their way.</summary>
    public TaskFolder Folder { get; } = folder;

    /// <summary>The start of the first window that a replay makes again, in microseconds since 1970; null for all, and where nothing is replayed.</summary>
    public long? ReplayedSince { get; init; }

    /// <summary>The versions of the reference tables that the task has, by name.</summary>
    public Dictionary<string, string> References { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many sinks have taken the outbox entry that is sent right now.</summary>
    public int SinksDone { get; set; }

    /// <summary>What the last commit left and is not sent yet, oldest first.</summary>
    public IReadOnlyList<OutboxEntry> Unsent => [.. State.Outbox.Where(e => !_sent.Contains(e))];

    /// <summary>Whether a commit could take entries from the outbox.</summary>
    public bool HasSent => _sent.Count > 0;

    /// <summary>What the sinks say, so that the next commit shows it; null where all is well.</summary>
    public StreamAlarm? SinkAlarm { get; set; }

    /// <summary>Why reference tables are as they were; null where all is well.</summary>
    public StreamAlarm? ReferenceAlarm { get; set; }

    /// <summary>Why the hub's log does not go on where the state ends; null where all is well.</summary>
    public StreamAlarm? HubAlarm { get; set; }

    /// <summary>What a commit shows beside what can be told from the state itself.</summary>
    public IEnumerable<StreamAlarm> OwnAlarms => new[] { SinkAlarm, ReferenceAlarm, HubAlarm }.OfType<StreamAlarm>();

    /// <summary>Whether the last commit shows what is over by now, or not what should be seen, though there may be nothing else to commit.</summary>
    public bool HasOtherAlarms =>
        State.Alarms.Any(a => a.Kind is StreamAlarm.Failing or StreamAlarm.OutOfMemory) || HubAlarm is null == State.Alarms.Any(a => a.Kind == StreamAlarm.OtherHub);

    /// <summary>Notes a commit.</summary>
    public void Committed(PartitionState state, string etag)
    {
        State = state;
        ETag = etag;
        foreach (var entry in _sent.Except(state.Outbox).ToList())
            _sent.Remove(entry);
    }

    /// <summary>Notes the local file of an entry that is about to be committed.</summary>
    public void Keep(OutboxEntry entry, string file) => _files[entry] = file;

    /// <summary>The local file of an entry, if this host made it.</summary>
    public string? FileOf(OutboxEntry entry) => _files.GetValueOrDefault(entry);

    /// <summary>Notes that an entry was taken by all that it was for.</summary>
    public void Sent(OutboxEntry entry)
    {
        _sent.Add(entry);
        SinksDone = 0;
        if (_files.Remove(entry, out var file))
            File.Delete(file);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.Dispose();
        Folder.Dispose();
    }
}
