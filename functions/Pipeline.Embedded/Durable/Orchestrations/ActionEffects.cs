using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>What an execution's steps do to other instances and to entities.</summary>
internal sealed class ActionEffects(Outbox outbox, InstanceInfo info, DateTime now)
{
    public void Perform(WriteSession session, ScheduledAction action)
    {
        switch (action)
        {
            case SubOrchestrationScheduled child:
                StartChild(session, child);
                break;
            case EventSent sent:
                outbox.Send(session, sent.InstanceId, new EventRaised(now, sent.Name, sent.Payload));
                break;
            case EntityCalled call:
                outbox.Post(session, new OperationMessage(call.EntityId, call.Operation, call.Input, Caller(call)));
                break;
            case EntitySignaled signal:
                outbox.Post(session, new OperationMessage(signal.EntityId, signal.Operation, signal.Input, Caller: null)
                {
                    DueAt = signal.DueAt,
                });
                break;
            case EntitiesLocked locked:
                outbox.Post(session, new LockMessage(locked.EntityIds[0], locked.EntityIds, Caller(locked)));
                break;
            case EntitiesUnlocked unlocked:
                Unlock(session, unlocked.EntityIds);
                break;
        }
    }

    public void Unlock(WriteSession session, IEnumerable<string> entityIds)
    {
        foreach (var id in entityIds)
            outbox.Post(session, new UnlockMessage(id, info.Key));
    }

    private void StartChild(WriteSession session, SubOrchestrationScheduled child)
    {
        var parent = new ParentLink(info.Key, info.Id, child.TaskId, info.Name);
        var started = new InstanceInfo(0, child.InstanceId, child.Name, child.Version, now, null, parent, child.Tags);
        if (outbox.TryStart(session, started, child.Input, now))
            return;
        // The official host lets the child take the place of the other instance, whose work is then lost.
        var failure = TaskFailureDetails.FromException(new OrchestrationAlreadyExistsException(child.InstanceId));
        outbox.Answer(session, info.Id, info.Key, new TaskFailed(now, child.TaskId, failure));
    }

    private EntityCaller Caller(ScheduledAction action) => new(info.Key, info.Id, action.TaskId);
}
