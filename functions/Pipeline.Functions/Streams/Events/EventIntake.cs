using System.Text;
using System.Text.Unicode;

namespace Pipeline.Streams;

/// <summary>
/// Takes the events of one partition in their order and decides about each by itself: known already, poison, late, or for the query.
/// So what becomes of an event does not depend on how deliveries are cut.
/// </summary>
internal sealed class EventIntake
{
    // Event Hubs takes no larger ones; other hubs might.
    private const int MaxEventBytes = 1024 * 1024;

    private readonly EventDecoder _decoder;
    private readonly Func<long, long> _expiresAt;
    private readonly bool _hasTime;
    private readonly long _delay;
    private readonly long _allowed;
    private readonly long _ahead;
    private readonly long _startTime;
    private readonly int _partition;
    private readonly bool _keepsLate;
    private readonly List<StreamEvent> _accepted = [];

    // Beyond the watermark less the allowed lateness only where a full state was closed before its time.
    private long _horizon;

    /// <summary>Begins where a state ends.</summary>
    /// <param name="spec">The stream.</param>
    /// <param name="timeColumn">The column that makes the watermark; null for the time at which the hub took an event.</param>
    /// <param name="start">Where the generation begins.</param>
    /// <param name="expiresAt">When the last window of an event of a time ends, in microseconds since 1970.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="state">The state.</param>
    public EventIntake(StreamSpec spec, string? timeColumn, StreamStart start, Func<long, long> expiresAt, int partition, PartitionState state)
    {
        _decoder = EventDecoder.Create(spec, timeColumn);
        _expiresAt = expiresAt;
        _hasTime = timeColumn is not null;
        _delay = Micros.Of(spec.Watermark.Delay);
        _allowed = Micros.Of(spec.Late.Allowed);
        _ahead = Micros.Of(spec.Watermark.MaxAhead);
        BeginsAfter = start.After?.TryGetValue(partition, out var after) == true ? after : null;
        _startTime = BeginsAfter is null && start.Time is { } time ? Micros.Of(time) : long.MinValue;
        _partition = partition;
        _keepsLate = spec.Late.Dataset is not null;
        var schema = EventDecoder.SchemaOf(spec);
        Batch = new EventBatch(schema);
        Late = new EventBatch(schema);
        LastSequence = state.Commit == 0 ? BeginsAfter ?? state.LastSequence : state.LastSequence;
        LastEnqueued = state.LastEnqueued;
        MaxEventTime = state.MaxEventTime;
        Watermark = state.Watermark;
        _horizon = state.Position.Horizon;
        Counters = state.Counters;
    }

    /// <summary>The events for the query.</summary>
    public EventBatch Batch { get; }

    /// <summary>Late events for the side output.</summary>
    public EventBatch Late { get; }

    /// <summary>The events for quarantine.</summary>
    public List<PoisonEvent> Poison { get; } = [];

    /// <summary>The sequence number behind which the generation begins; null where it begins at a time.</summary>
    public long? BeginsAfter { get; }

    /// <summary>The last event that was decided about; -1 for none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>When the hub took it.</summary>
    public long? LastEnqueued { get; private set; }

    /// <summary>The latest time of an event.</summary>
    public long? MaxEventTime { get; private set; }

    /// <summary>The watermark after the last event.</summary>
    public long? Watermark { get; private set; }

    /// <summary>All that was counted, that of the state included.</summary>
    public StreamCounters Counters { get; private set; }

    /// <summary>How many events were decided about since the last commit.</summary>
    public long Uncommitted { get; private set; }

    /// <summary>Whether there is anything to commit.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Takes the next event. One that was taken before, or comes before the start, changes nothing.</summary>
    public void Take(in StreamEvent taken)
    {
        if (taken.SequenceNumber <= LastSequence)
            return;
        IsDirty = true;
        Uncommitted++;
        LastSequence = taken.SequenceNumber;
        LastEnqueued = taken.Enqueued;
        if (taken.Enqueued < _startTime)
            return;
        var reason = Read(taken, out var time);
        if (reason is not null)
        {
            Batch.Discard();
            Poison.Add(Quarantined(taken, reason));
            Counters = Counters with { Events = Counters.Events + 1, DeadLettered = Counters.DeadLettered + 1 };
            return;
        }
        // Late means: behind the watermark as it was before this event.
        if (Watermark is { } watermark && _expiresAt(time) <= Math.Max(watermark - _allowed, _horizon))
            TakeLate(taken);
        else
            Accept(taken);
        Counters = Counters with { Events = Counters.Events + 1 };
        if (MaxEventTime is null || time > MaxEventTime)
        {
            MaxEventTime = time;
            AdvanceTo(time - _delay);
        }
    }

    /// <summary>Lets time go on without events. That alone is no reason to commit.</summary>
    public void AdvanceTo(long watermark)
    {
        if (Watermark is null || watermark > Watermark)
            Watermark = watermark;
    }

    /// <summary>Closes time up to a watermark for good: what comes behind it is late, whatever is allowed.</summary>
    public void CloseTo(long watermark)
    {
        AdvanceTo(watermark);
        _horizon = Math.Max(_horizon, watermark);
    }

    /// <summary>Counts what a full state refused.</summary>
    public void CountDropped(long dropped) => Counters = Counters with { Dropped = Counters.Dropped + dropped };

    /// <summary>Counts events that the hub had removed before they were read, and goes on behind them.</summary>
    public void Skip(long lastLost, long lost)
    {
        LastSequence = lastLost;
        Counters = Counters with { Lost = Counters.Lost + lost };
        IsDirty = true;
    }

    /// <summary>Notes what the query made of the batch: duplicates, and events over which it failed, which go to quarantine.</summary>
    public void Applied(ApplyOutcome outcome)
    {
        foreach (var refused in outcome.Refused)
            Poison.Add(Quarantined(_accepted[refused.Index], $"the query fails over it: {refused.Reason.TrimEnd('.')}"));
        Counters = Counters with { Duplicates = Counters.Duplicates + outcome.Duplicates, DeadLettered = Counters.DeadLettered + outcome.Refused.Count };
    }

    /// <summary>Forgets the events of the batch, once the query has them.</summary>
    public void ClearBatch()
    {
        Batch.Clear();
        _accepted.Clear();
    }

    /// <summary>Forgets all events, once their outcome is about to be committed. The position stays.</summary>
    public void Clear()
    {
        ClearBatch();
        Late.Clear();
        Poison.Clear();
        Uncommitted = 0;
        IsDirty = false;
    }

    private string? Read(in StreamEvent taken, out long time)
    {
        time = taken.Enqueued;
        if (taken.Body.Length > MaxEventBytes)
            return $"the event has {ByteSize.Format(taken.Body.Length)}; at most {ByteSize.Format(MaxEventBytes)} are read";
        if (_decoder.Decode(taken.Body.Span, Batch) is { } reason)
            return reason;
        if (!_hasTime)
            return null;
        if (_decoder.EventTime is not { } eventTime)
            return "the event has no event time";
        time = eventTime;
        return time - taken.Enqueued > _ahead
            ? $"the event's time, {Micros.ToTime(time):u}, is more than {Duration.Format(TimeSpan.FromMicroseconds(_ahead))} ahead of {Micros.ToTime(taken.Enqueued):u}, when the hub got it"
            : null;
    }

    private void Accept(in StreamEvent taken)
    {
        Batch.Add(taken.SequenceNumber, taken.Enqueued);
        _accepted.Add(taken);
    }

    private void TakeLate(in StreamEvent taken)
    {
        Batch.Discard();
        Counters = Counters with { Late = Counters.Late + 1 };
        if (!_keepsLate)
        {
            Counters = Counters with { Dropped = Counters.Dropped + 1 };
            return;
        }
        // Late events are few: reading one again costs less than copying columns for all.
        _decoder.Decode(taken.Body.Span, Late);
        Late.Add(taken.SequenceNumber, taken.Enqueued);
    }

    private PoisonEvent Quarantined(in StreamEvent taken, string reason)
    {
        var body = taken.Body.Span;
        var isText = Utf8.IsValid(body);
        return new PoisonEvent(
            _partition, taken.SequenceNumber, taken.Offset, Micros.ToTime(taken.Enqueued), char.ToUpperInvariant(reason[0]) + reason[1..] + ".",
            isText ? Encoding.UTF8.GetString(body) : null, isText ? null : Convert.ToBase64String(body));
    }
}
