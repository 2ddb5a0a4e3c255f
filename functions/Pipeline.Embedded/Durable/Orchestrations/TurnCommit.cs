using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// What a turn brought about: its steps, with what they do to other instances and to entities, the instance's status, and its end. All
/// in one transaction, so that no message is lost or sent twice.
/// </summary>
internal sealed class TurnCommit(TaskHubServices hub, OrchestrationInstance instance, TurnResult turn) : Commit
{
    private readonly Outbox outbox = new(hub);

    private InstanceInfo Info => instance.Info;

    public override void Apply(WriteSession session)
    {
        if (instance.HasGap)
            throw new InvalidOperationException($"An earlier turn of orchestration '{Info.Id}' could not be written.");
        outbox.Clear();
        var effects = new ActionEffects(outbox, Info, turn.At);
        foreach (var action in turn.Actions)
        {
            session.Append(Info.Key, action);
            // Who is terminated with all its children begins no more of them.
            if (turn.Completion is not { Recursive: true } || action is not SubOrchestrationScheduled)
                effects.Perform(session, action);
        }

        if (turn.Completion is { Next: not null } completion)
            Continue(session, completion);
        else
            Update(session);
        // Also those that may be granted by now, without the execution having seen it. But who is terminated keeps what it held, until
        // somebody cleans up: what its locks protect may be half done.
        if (turn is { Locks: { } locks, Completion: { } end } && !(locks.IsHeld && end.Status == OrchestrationRuntimeStatus.Terminated))
            effects.Unlock(session, locks.EntityIds);
    }

    public override void Committed()
    {
        instance.Written();
        if (turn.Completion is { Next: null } completion)
            LogEnd(completion);
        outbox.Deliver();
        if (turn.IsNewStatus)
            hub.Waiters.Signal(Info.Id);
    }

    public override void Failed(Exception error) => instance.NotWritten();

    private void Update(WriteSession session)
    {
        session.Update(Info.Key, turn.Status, turn.At, turn.Processed, turn.CustomStatus, turn.Completion?.Failure);
        if (turn.Completion is not { } completion)
        {
            if (turn.Status == OrchestrationRuntimeStatus.Suspended)
                session.SetOutput(Info.Key, turn.SuspendReason);
            return;
        }

        session.SetOutput(Info.Key, completion.Output);
        outbox.Add(() => hub.Instances.Remove(instance));
        if (Parent(session) is { TaskId: not ParentLink.NoTask } parent)
            outbox.Answer(session, parent.InstanceId, parent.Key, Outcome(parent.TaskId, completion));
        if (completion.Recursive)
        {
            foreach (var child in session.LiveBelow(Info.Key))
                outbox.Send(session, child, new ExecutionTerminated(turn.At, completion.Output, Recursive: true));
        }
    }

    /// <summary>Ends this execution and begins the next one, which takes over the events that nobody used.</summary>
    private void Continue(WriteSession session, OrchestrationCompletion completion)
    {
        var info = Info with
        {
            Key = session.NextSequence(),
            StartAt = null,
            Parent = Parent(session),
            Version = completion.Next!.NewVersion ?? Info.Version,
        };
        var carried = session.Carry(Info.Key, info.Key, turn.BufferedEvents, turn.Processed);
        if (turn.HasOutstanding)
            session.KeepOrphans(Info.Key, Info.Id);
        session.Delete(Info.Key);
        if (!carried)
        {
            outbox.Start(session, info, completion.NextInput, turn.At, OrchestrationRuntimeStatus.Running, turn.CustomStatus);
            return;
        }

        session.Insert(info, completion.NextInput, turn.At, OrchestrationRuntimeStatus.Running, turn.CustomStatus);
        outbox.Add(() =>
        {
            var next = new OrchestrationInstance(hub, info, OrchestrationRuntimeStatus.Running);
            hub.Instances.Set(next);
            next.Wake();
        });
    }

    /// <summary>The task that waits for this execution, as the store has it: a rewind of the parent gives it another key and number.</summary>
    private ParentLink? Parent(WriteSession session) =>
        Info.Parent is { } parent && session.FindParent(Info.Key) is var (key, taskId) ? parent with { Key = key, TaskId = taskId } : null;

    private HistoryEvent Outcome(int taskId, OrchestrationCompletion completion) => completion.Status switch
    {
        OrchestrationRuntimeStatus.Completed => new TaskCompleted(turn.At, taskId, completion.Output),
        OrchestrationRuntimeStatus.Terminated => new TaskFailed(turn.At, taskId, new TaskFailureDetails(
            "OrchestrationTerminated", $"The sub-orchestration '{Info.Id}' was terminated.", null, null, null)),
        _ => new TaskFailed(turn.At, taskId, completion.Failure!),
    };

    private void LogEnd(OrchestrationCompletion completion)
    {
        if (completion.Failure is { } failure)
            hub.Logger.LogWarning("Orchestration '{Name}' with id '{Id}' failed: {Failure}", Info.Name, Info.Id, failure);
        else
            hub.Logger.LogDebug("Orchestration '{Name}' with id '{Id}' ended: {Status}.", Info.Name, Info.Id, completion.Status);
    }
}
