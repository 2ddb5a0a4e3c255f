using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// One execution of an instance that has not ended: an inbox of committed events, worked through in turns, one at a time. Between
/// turns the function stays in memory, or is dropped and rebuilt from history when the next event arrives.
/// </summary>
internal sealed class OrchestrationInstance : IThreadPoolWorkItem
{
    private readonly TaskHubServices hub;
    private readonly object gate = new();
    private readonly Dictionary<int, IDisposable> timers = [];
    private List<HistoryEvent> inbox = [];
    private List<HistoryEvent> batch = [];
    private OrchestrationExecution? execution;
    private OrchestrationRuntimeStatus status;
    private string? customStatus;
    private long processed;
    private int unwritten;
    private bool scheduled;
    private bool again;
    private volatile bool ended;
    private volatile bool discarded;
    private bool givenUp;

    /// <param name="hub">The hub's other parts.</param>
    /// <param name="info">What is fixed about the execution.</param>
    /// <param name="status">The status in the store.</param>
    /// <param name="customStatus">That of the round before.</param>
    public OrchestrationInstance(
        TaskHubServices hub, InstanceInfo info, OrchestrationRuntimeStatus status, string? customStatus = null)
    {
        this.hub = hub;
        this.status = status;
        this.customStatus = customStatus;
        Info = info;
    }

    public InstanceInfo Info { get; }

    /// <summary>Whether the results of activities are still of use; not if the execution failed or was terminated.</summary>
    public bool WantsActivities => !discarded;

    /// <summary>Whether neither a turn runs nor one is asked for.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
                return !scheduled;
        }
    }

    /// <summary>When a turn last ran, in the terms of <see cref="Environment.TickCount64"/>.</summary>
    public long LastTurn { get; private set; }

    /// <summary>Sets a new execution going. Its whole history is the event that starts it, so nothing need be read.</summary>
    /// <param name="input">JSON.</param>
    /// <param name="started">The event that starts it; null if it is to begin later.</param>
    public void Start(string? input, ExecutionStarted? started)
    {
        if (started is not null)
            execution = Create(input, new RecordedActions([]));
        hub.Instances.Set(this);
        if (started is not null)
            Deliver(started);
        else
            ArmStart();
    }

    /// <summary>Takes in a committed event.</summary>
    public void Deliver(HistoryEvent @event)
    {
        lock (gate)
        {
            // What waits for a later version is read from the store when that is there.
            if (ended || !hub.Options.TakesUp(Info.Version))
                return;
            inbox.Add(@event);
            Schedule();
        }
    }

    /// <summary>Lets a timer of this execution fire when it is due.</summary>
    public void Arm(TimerScheduled timer)
    {
        lock (gate)
            timers[timer.TaskId] = hub.Timers.Add(timer.DueAt, () => Fire(timer.TaskId));
    }

    /// <summary>Lets an execution that is to begin later begin when it is due.</summary>
    public void ArmStart() =>
        hub.Timers.Add(Info.StartAt ?? DateTime.MinValue, () => hub.Writer.Enqueue(new Arrival(hub, Info, new ExecutionStarted(hub.Now))));

    /// <summary>Asks for a turn, for instance because the store holds events that were never worked through.</summary>
    public void Wake()
    {
        lock (gate)
        {
            again = scheduled;
            Schedule();
        }
    }

    /// <summary>
    /// Drops the function from memory, if it is idle and all that it did is on the disk: rebuilt from less, it would do the rest again.
    /// </summary>
    public bool TryEvict()
    {
        lock (gate)
        {
            if (scheduled || unwritten > 0 || execution is null)
                return false;
            if (execution.Processed > processed)
                Write(Snapshot(execution, []));
            processed = execution.Processed;
            execution = null;
            return true;
        }
    }

    /// <summary>A turn is on the disk.</summary>
    public void Written() => Interlocked.Decrement(ref unwritten);

    /// <summary>Whether a turn could not be written. Those after it must not be: the store would hold what nothing led to.</summary>
    public bool HasGap { get; private set; }

    /// <summary>A turn can never be written. Called on the writer's thread.</summary>
    public void NotWritten()
    {
        HasGap = true;
        GiveUp();
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (gate)
            (batch, inbox) = (inbox, batch);
        try
        {
            if (!ended)
                Turn();
        }
        catch (ObjectDisposedException)
        {
            // The hub has stopped; the next start goes on.
        }
        catch (Exception e)
        {
            hub.Logger.LogError(
                e, "A turn of orchestration '{Name}' with id '{Id}' could not be run; it is rebuilt from its history.", Info.Name, Info.Id);
            GiveUp();
        }

        batch.Clear();
        lock (gate)
        {
            scheduled = false;
            if ((inbox.Count > 0 || again) && !ended)
                Schedule();
            again = false;
        }

        if (execution is not null)
            hub.Cache.Trim();
    }

    /// <summary>Takes part in nothing any more: another object is made of what the store has.</summary>
    private void GiveUp()
    {
        lock (gate)
        {
            if (givenUp)
                return;
            givenUp = ended = discarded = true;
        }

        Disarm(null);
        hub.Cache.Remove(this);
        hub.TryAgain(new Rebuild(hub, this));
    }

    private void Fire(int timerId)
    {
        lock (gate)
            timers.Remove(timerId);
        hub.Writer.Enqueue(new Arrival(hub, Info, new TimerFired(hub.Now, timerId)));
    }

    /// <param name="timerIds">Which timers; null for all.</param>
    private void Disarm(int[]? timerIds)
    {
        lock (gate)
        {
            foreach (var id in timerIds ?? [.. timers.Keys])
            {
                if (timers.Remove(id, out var timer))
                    timer.Dispose();
            }
        }
    }

    private void Schedule()
    {
        if (scheduled || !hub.Options.TakesUp(Info.Version))
            return;
        scheduled = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Turn()
    {
        LastTurn = System.Environment.TickCount64;
        if (execution is null)
            Load();
        else
            // What was in the store when the history was read may be delivered only afterwards.
            batch.RemoveAll(e => e.Sequence <= execution.Processed);
        if (execution!.Processed == 0)
            hub.Cache.Add(this);
        execution.Run(batch, processed);
        var actions = execution.TakeActions();
        if (hub.Options.VerifyReplay)
            ReplayVerifier.Verify(hub, execution, actions);
        var cancelled = execution.TakeCancelledTimers();
        if (actions.Count > 0 || HasChanged(execution))
            Commit(execution, actions);
        Disarm(ended ? null : cancelled);
    }

    private void Load()
    {
        var stored = hub.Reader.Load(Info.Key)
            ?? throw new InvalidDataException($"The store has no execution {Info.Key} of instance '{Info.Id}'.");
        var last = stored.History is [.., var newest] ? newest.Sequence : 0;
        batch = [.. stored.History.Where(e => e is not ScheduledAction), .. batch.Where(e => e.Sequence > last)];
        processed = stored.Processed;
        customStatus = stored.CustomStatus;
        execution = Create(stored.Input, new RecordedActions(stored.History.OfType<ScheduledAction>()));
    }

    private OrchestrationExecution Create(string? input, IActionLog recorded) =>
        new(hub.Environment, Info, input, recorded, Wake);

    private bool HasChanged(OrchestrationExecution current) =>
        current.Completion is not null || Status(current) != status || VisibleStatus(current) != customStatus;

    private void Commit(OrchestrationExecution current, List<ScheduledAction> actions)
    {
        var turn = Snapshot(current, actions);
        processed = current.Processed;
        status = turn.Status;
        customStatus = turn.CustomStatus;
        if (turn.Completion is { } completion)
            End(completion);
        Write(turn);
        foreach (var action in actions)
            Begin(action);
    }

    private void Write(TurnResult turn)
    {
        Interlocked.Increment(ref unwritten);
        hub.Writer.Enqueue(new TurnCommit(hub, this, turn));
    }

    private void End(OrchestrationCompletion completion)
    {
        lock (gate)
            ended = true;
        discarded = completion.Status is OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
        execution = null;
        hub.Cache.Remove(this);
    }

    /// <summary>
    /// Sets off what needs no commit first. An activity may run before the step that asked for it is on the disk: should that be lost,
    /// replay asks for the same again, and the activity's result is never written before the step.
    /// </summary>
    private void Begin(ScheduledAction action)
    {
        switch (action)
        {
            case ActivityScheduled activity when WantsActivities:
                hub.Activities.Enqueue(this, activity);
                break;
            case TimerScheduled timer when !ended:
                Arm(timer);
                break;
        }
    }

    private TurnResult Snapshot(OrchestrationExecution current, List<ScheduledAction> actions) => new(
        Status(current),
        Status(current) != status,
        hub.Now,
        current.Processed,
        VisibleStatus(current),
        current.IsSuspended ? current.SuspendReason : null,
        actions,
        current.Completion,
        current.Completion is { Next: { PreserveUnprocessedEvents: true } } ? [.. current.BufferedEvents] : [],
        current.HasOutstanding,
        current.Locks);

    /// <summary>What an earlier round has set is shown until this one sets another, or is complete.</summary>
    private string? VisibleStatus(OrchestrationExecution current) =>
        current.CustomStatus ?? (current.Completion is { Status: OrchestrationRuntimeStatus.Completed } ? null : customStatus);

    private static OrchestrationRuntimeStatus Status(OrchestrationExecution current) =>
        current.Completion?.Status
        ?? (current.IsSuspended ? OrchestrationRuntimeStatus.Suspended
            : current.HasStarted ? OrchestrationRuntimeStatus.Running
            : OrchestrationRuntimeStatus.Pending);
}
