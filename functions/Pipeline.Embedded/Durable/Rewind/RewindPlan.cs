using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// How a failed execution goes on as if the failure had not happened: the outcomes that made it fail are dropped from its history, and
/// what followed from them. Completed steps stay completed. Found by replaying the execution without one failure after the other,
/// until it does not fail any more.
/// </summary>
internal sealed class RewindPlan
{
    private readonly TaskHubServices hub;
    private readonly StoredExecution stored;

    // The recorded numbers of the steps that are to be done again.
    private readonly HashSet<int> dropped = [];

    private RewindPlan(TaskHubServices hub, InstanceInfo info, StoredExecution stored)
    {
        this.hub = hub;
        this.stored = stored;
        Info = info;
    }

    public InstanceInfo Info { get; }

    /// <summary>The history from which the execution goes on.</summary>
    public List<HistoryEvent> History { get; private set; } = [];

    /// <summary>How many rows of that history are replayed; the others lead to something new.</summary>
    public int Replayed { get; private set; }

    public string? CustomStatus { get; private set; }

    /// <summary>Steps to be done again, beside activities, which recovery finds by itself.</summary>
    public List<ScheduledAction> Again { get; } = [];

    /// <summary>Plans for the sub-orchestrations that are to go on, too.</summary>
    public List<RewindPlan> Children { get; } = [];

    /// <summary>The ids of sub-orchestrations that still run; their answers are awaited.</summary>
    public List<string> Running { get; } = [];

    /// <param name="hub">The hub's other parts.</param>
    /// <param name="info">A failed execution.</param>
    public static RewindPlan Make(TaskHubServices hub, InstanceInfo info)
    {
        var plan = new RewindPlan(hub, info, hub.Reader.Load(info.Key) ?? throw new InstanceNotFoundException(info.Id));
        RewindActions actions;
        do
        {
            actions = new RewindActions(plan.stored.History.OfType<ScheduledAction>());
        }
        while (plan.Drop(plan.Try(actions)));
        var ended = plan.History.OfType<TaskOutcome>().Select(outcome => outcome.TaskId).ToHashSet();
        foreach (var step in plan.History.OfType<ScheduledAction>().Where(step => !ended.Contains(step.TaskId)).ToList())
        {
            if (step is SubOrchestrationScheduled child)
                plan.GoOn(child);
            else if (step is EntityCalled or EntitiesLocked)
                plan.Again.Add(step);
        }

        plan.History = plan.History.ConvertAll(e => e is ExecutionStarted { Origin: null } begin ? begin with { Origin = info.Key } : e);
        return plan;
    }

    private bool Drop(List<int> causes)
    {
        var before = dropped.Count;
        dropped.UnionWith(causes);
        return dropped.Count > before;
    }

    /// <summary>Replays without what is dropped.</summary>
    /// <returns>The recorded numbers of steps whose outcomes are to be dropped, too.</returns>
    private List<int> Try(RewindActions actions)
    {
        var ignored = new List<int>();
        History = [];
        Replayed = 0;
        var execution = new OrchestrationExecution(hub.Environment, Info, stored.Input, actions, static () => { });
        var early = new List<TaskOutcome>();
        foreach (var @event in stored.History.Where(e => e is not ScheduledAction))
        {
            if (@event is not TaskOutcome newest)
            {
                Feed(execution, actions, @event);
            }
            else if (!dropped.Contains(newest.TaskId))
            {
                early.Add(newest);
                // Its step may come only later than it did; so may that of an earlier outcome.
                while (early.Find(each => actions.NewNumber(each.TaskId) is not null) is { } outcome)
                {
                    early.Remove(outcome);
                    var renumbered = outcome with { TaskId = actions.NewNumber(outcome.TaskId)!.Value };
                    if (!Feed(execution, actions, renumbered) && outcome is TaskFailed)
                        ignored.Add(outcome.TaskId);
                }
            }
        }

        CustomStatus = execution.CustomStatus;
        if (execution.Completion is { Status: OrchestrationRuntimeStatus.Failed, Error: { } error })
            return Cause(error, actions) is { } cause ? [cause] : Unchanged();
        // Its locks were released with the failure, so it has to take them again.
        if (execution.Locks is { IsHeld: true } locks && actions.RecordedNumber(locks.TaskId) is { } taken)
            return [taken];
        // A failure that it has not come to, for instance behind the dropped one in a WhenAll, would let it fail again.
        return dropped.Count > 0 ? ignored : [];
    }

    /// <returns>Whether the execution did something upon the event.</returns>
    private bool Feed(OrchestrationExecution execution, RewindActions actions, HistoryEvent @event)
    {
        var before = actions.NewSteps;
        if (execution.Completion is null)
            execution.Run([@event], replayed: long.MaxValue);
        History.Add(@event);
        var claimed = actions.TakeClaimed();
        History.AddRange(claimed);
        if (actions.NewSteps == 0)
            Replayed = History.Count;
        return claimed.Count > 0 || actions.NewSteps > before || execution.Completion is not null;
    }

    /// <summary>The step that the error speaks of; if it speaks of none, the one that failed last.</summary>
    private int? Cause(Exception error, RewindActions actions)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is TaskFailedException task && actions.RecordedNumber(task.TaskId) is { } step && !dropped.Contains(step))
                return step;
        }

        return stored.History.OfType<TaskFailed>().LastOrDefault(failed => !dropped.Contains(failed.TaskId))?.TaskId;
    }

    /// <summary>It fails by itself, not by a step: all that can be done is to run it again, perhaps as mended code.</summary>
    private List<int> Unchanged()
    {
        dropped.Clear();
        History = [.. stored.History];
        Replayed = 0;
        return [];
    }

    /// <summary>
    /// A sub-orchestration that failed is rewound; one that completed meanwhile gives its result; one that is gone begins anew.
    /// </summary>
    private void GoOn(SubOrchestrationScheduled step)
    {
        var row = hub.Reader.FindInstance(step.InstanceId);
        if (row?.Info.Parent is not { } parent || parent.Key != Info.Key || row.Status == OrchestrationRuntimeStatus.Terminated)
            Again.Add(step);
        else if (row.Status == OrchestrationRuntimeStatus.Failed)
            Children.Add(Make(hub, row.Info));
        else if (row.Status == OrchestrationRuntimeStatus.Completed)
            History.Add(new TaskCompleted(hub.Now, step.TaskId, row.Output));
        else
            Running.Add(step.InstanceId);
    }
}
