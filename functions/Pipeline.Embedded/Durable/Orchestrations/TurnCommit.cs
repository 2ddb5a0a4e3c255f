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
    // What others receive once it is written.
    private readonly List<Action> deliveries = [];

    private InstanceInfo Info => instance.Info;

    public override void Apply(WriteSession session)
    {
        deliveries.Clear();
        foreach (var action in turn.Actions)
        {
            session.Append(Info.Key, action);
            Perform(session, action);
        }

        if (turn.Completion is { Next: not null } completion)
            Continue(session, completion);
        else
            Update(session);
    }

    public override void Committed()
    {
        if (turn.Completion is { Next: null } completion)
            LogEnd(completion);
        deliveries.ForEach(deliver => deliver());
        hub.Waiters.Signal(Info.Id);
    }

    private void Perform(WriteSession session, ScheduledAction action)
    {
        switch (action)
        {
            case SubOrchestrationScheduled child:
                StartChild(session, child);
                break;
            case EventSent sent:
                Send(session, sent.InstanceId, new EventRaised(turn.At, sent.Name, sent.Payload));
                break;
        }
    }

    private void StartChild(WriteSession session, SubOrchestrationScheduled child)
    {
        if (session.Find(child.InstanceId) is { } existing)
        {
            if (existing.Status.IsLive())
            {
                // The official host lets the child take the place of the other instance, whose work is then lost.
                var message = $"An Orchestration instance with the ID {child.InstanceId} already exists and has not ended.";
                var failure = new TaskFailureDetails(
                    "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException", message, null, null, null);
                Answer(session, instance, Info.Key, new TaskFailed(turn.At, child.TaskId, failure));
                return;
            }

            session.Delete(existing.Key);
        }

        var parent = new ParentLink(Info.Key, Info.Id, child.TaskId, Info.Name);
        var info = new InstanceInfo(
            session.NextSequence(), child.InstanceId, child.Name, child.Version, turn.At, null, parent, child.Tags);
        Start(session, info, child.Input);
    }

    private void Start(WriteSession session, InstanceInfo info, string? input, string? customStatus = null)
    {
        var started = session.Insert(info, input, turn.At, customStatus);
        deliveries.Add(() =>
        {
            var begun = OrchestrationInstance.Begin(hub, info, input, customStatus);
            hub.Instances.Set(begun);
            begun.Deliver(started!);
        });
    }

    private void Send(WriteSession session, string instanceId, HistoryEvent @event)
    {
        if (!session.AppendIfLive(instanceId, @event))
            return;
        deliveries.Add(() =>
        {
            if (hub.Instances.TryFind(instanceId, out var receiver))
                receiver.Deliver(@event);
        });
    }

    private void Answer(WriteSession session, OrchestrationInstance? receiver, long key, HistoryEvent @event)
    {
        if (receiver is not null && session.AppendIfLive(key, @event))
            deliveries.Add(() => receiver.Deliver(@event));
    }

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
        deliveries.Add(() => hub.Instances.Remove(instance));
        if (Info.Parent is { } parent && hub.Instances.TryFind(parent.InstanceId, out var waiting))
            Answer(session, waiting, parent.Key, Outcome(parent.TaskId, completion));
        if (completion.Recursive)
        {
            foreach (var child in session.Children(Info.Key))
                Send(session, child, new ExecutionTerminated(turn.At, completion.Output, Recursive: true));
        }
    }

    /// <summary>Ends this execution and begins the next one, which takes over the events that nobody used.</summary>
    private void Continue(WriteSession session, OrchestrationCompletion completion)
    {
        var info = Info with
        {
            Key = session.NextSequence(),
            StartAt = null,
            Version = completion.Next!.NewVersion ?? Info.Version,
        };
        var carried = session.Carry(Info.Key, info.Key, turn.BufferedEvents, turn.Processed);
        session.Delete(Info.Key);
        if (!carried)
        {
            Start(session, info, completion.NextInput, turn.CustomStatus);
            return;
        }

        session.Insert(info, completion.NextInput, turn.At, turn.CustomStatus);
        deliveries.Add(() =>
        {
            var next = new OrchestrationInstance(hub, info, OrchestrationRuntimeStatus.Pending);
            hub.Instances.Set(next);
            next.Wake();
        });
    }

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
