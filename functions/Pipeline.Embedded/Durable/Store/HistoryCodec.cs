using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>History events as rows. The numbers of the kinds are stored: they never change their meaning.</summary>
internal static class HistoryCodec
{
    /// <summary>The columns that <see cref="Decode"/> reads, in order.</summary>
    public const string Columns = "seq, kind, at, task, name, data, extra";

    private enum Kind
    {
        ExecutionStarted = 1,
        TaskCompleted = 2,
        TaskFailed = 3,
        TimerFired = 4,
        EventRaised = 5,
        ExecutionSuspended = 6,
        ExecutionResumed = 7,
        ExecutionTerminated = 8,
        ActivityScheduled = 20,
        SubOrchestrationScheduled = 21,
        TimerScheduled = 22,
        EventSent = 23,
        EntityCalled = 24,
        EntitySignaled = 25,
        EntitiesLocked = 26,
        EntitiesUnlocked = 27,
    }

    /// <summary>The kinds that concern the instance rather than one execution: continue-as-new takes them along.</summary>
    public static string CarriedKinds { get; } = string.Join(
        ", ",
        new[] { Kind.EventRaised, Kind.ExecutionSuspended, Kind.ExecutionResumed, Kind.ExecutionTerminated }.Select(kind => (int)kind));

    /// <summary>The kind of an activity that was asked for.</summary>
    public static int ActivityKind => (int)Kind.ActivityScheduled;

    /// <summary>The kinds that end an activity.</summary>
    public static string OutcomeKinds { get; } = $"{(int)Kind.TaskCompleted}, {(int)Kind.TaskFailed}";

    public static HistoryRow Encode(HistoryEvent @event) => @event switch
    {
        ExecutionStarted e => Row(Kind.ExecutionStarted, data: e.Origin?.ToString(CultureInfo.InvariantCulture)),
        TaskCompleted e => Row(Kind.TaskCompleted, e.TaskId, data: e.Result),
        TaskFailed e => Row(Kind.TaskFailed, e.TaskId, data: JsonSerializer.Serialize(e.Failure)),
        TimerFired e => Row(Kind.TimerFired, e.TaskId),
        EventRaised e => Row(Kind.EventRaised, name: e.Name, data: e.Payload),
        ExecutionSuspended e => Row(Kind.ExecutionSuspended, data: e.Reason),
        ExecutionResumed e => Row(Kind.ExecutionResumed, data: e.Reason),
        ExecutionTerminated e => Row(Kind.ExecutionTerminated, data: e.Output, extra: e.Recursive ? "recursive" : null),
        ActivityScheduled e => Row(Kind.ActivityScheduled, e.TaskId, e.Name, e.Input),
        SubOrchestrationScheduled e => Row(Kind.SubOrchestrationScheduled, e.TaskId, e.Name, e.Input, e.InstanceId),
        TimerScheduled e => Row(Kind.TimerScheduled, e.TaskId, data: e.DueAt.Ticks.ToString(CultureInfo.InvariantCulture)),
        EventSent e => Row(Kind.EventSent, e.TaskId, e.Name, e.Payload, e.InstanceId),
        EntityCalled e => Row(Kind.EntityCalled, e.TaskId, e.Operation, e.Input, e.EntityId),
        EntitySignaled e => Row(Kind.EntitySignaled, e.TaskId, e.Operation, e.Input, e.EntityId),
        EntitiesLocked e => Row(Kind.EntitiesLocked, e.TaskId, data: JsonSerializer.Serialize(e.EntityIds)),
        EntitiesUnlocked e => Row(Kind.EntitiesUnlocked, e.TaskId, data: JsonSerializer.Serialize(e.EntityIds)),
        _ => throw new InvalidOperationException($"{@event.GetType().Name} has no row format."),
    };

    public static HistoryEvent Decode(SqliteDataReader row)
    {
        var at = new DateTime(row.GetInt64(2), DateTimeKind.Utc);
        var task = row.IsDBNull(3) ? 0 : row.GetInt32(3);
        var name = Text(4)!;
        var data = Text(5);
        var extra = Text(6)!;
        HistoryEvent @event = (Kind)row.GetInt32(1) switch
        {
            Kind.ExecutionStarted => new ExecutionStarted(at)
            {
                Origin = data is null ? null : long.Parse(data, CultureInfo.InvariantCulture),
            },
            Kind.TaskCompleted => new TaskCompleted(at, task, data),
            Kind.TaskFailed => new TaskFailed(at, task, JsonSerializer.Deserialize<TaskFailureDetails>(data!)!),
            Kind.TimerFired => new TimerFired(at, task),
            Kind.EventRaised => new EventRaised(at, name, data),
            Kind.ExecutionSuspended => new ExecutionSuspended(at, data),
            Kind.ExecutionResumed => new ExecutionResumed(at, data),
            Kind.ExecutionTerminated => new ExecutionTerminated(at, data, extra is not null),
            Kind.ActivityScheduled => new ActivityScheduled(at, task, name, data),
            Kind.SubOrchestrationScheduled => new SubOrchestrationScheduled(at, task, name, extra, data),
            Kind.TimerScheduled => new TimerScheduled(
                at, task, new DateTime(long.Parse(data!, CultureInfo.InvariantCulture), DateTimeKind.Utc)),
            Kind.EventSent => new EventSent(at, task, extra, name, data),
            Kind.EntityCalled => new EntityCalled(at, task, extra, name, data),
            Kind.EntitySignaled => new EntitySignaled(at, task, extra, name, data),
            Kind.EntitiesLocked => new EntitiesLocked(at, task, JsonSerializer.Deserialize<string[]>(data!)!),
            Kind.EntitiesUnlocked => new EntitiesUnlocked(at, task, JsonSerializer.Deserialize<string[]>(data!)!),
            var kind => throw new InvalidDataException(
                $"The store holds a history row of kind {kind}, which this version does not know. Was it written by a newer one?"),
        };
        @event.Sequence = row.GetInt64(0);
        return @event;

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }

    private static HistoryRow Row(Kind kind, int? task = null, string? name = null, string? data = null, string? extra = null) =>
        new((int)kind, task, name, data, extra);

    /// <summary>The columns of an event beside its place and time.</summary>
    internal readonly record struct HistoryRow(int Kind, int? Task, string? Name, string? Data, string? Extra);
}
