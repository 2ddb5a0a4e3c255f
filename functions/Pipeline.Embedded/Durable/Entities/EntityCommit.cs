using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>What an entity has done: its state, its answers, and what it sent, with the messages that asked for it gone.</summary>
internal sealed class EntityCommit(
    TaskHubServices hub, Entity entity, EntityRecord before, IReadOnlyList<EntityMessage> done, EntityBatch? operations) : Commit
{
    private readonly Outbox outbox = new(hub);
    private EntityRecord? after;

    public override void Apply(WriteSession session)
    {
        outbox.Clear();
        foreach (var message in done)
            session.DeleteEntityMessage(message.Sequence);
        after = operations is not null ? Operate(session, operations) : done[0] switch
        {
            LockMessage message => Lock(session, message),
            UnlockMessage message when before.LockKey == message.OwnerKey => before with { LockKey = null, LockedBy = null },
            _ => before,
        };
        session.SetEntity(after);
    }

    public override void Committed()
    {
        outbox.Deliver();
        entity.Continue(after!);
    }

    public override void Failed(Exception error) => hub.TryAgain(this);

    private EntityRecord Operate(WriteSession session, EntityBatch batch)
    {
        foreach (var (caller, outcome) in batch.Answers)
            outbox.Answer(session, caller.InstanceId, caller.Key, outcome);
        foreach (var signal in batch.Signals)
            outbox.Post(session, signal);
        foreach (var (info, input) in batch.Starts)
        {
            if (!outbox.TryStart(session, info, input, hub.Now))
                hub.Logger.LogWarning("{Entity} started '{Id}', which runs already; it is left alone.", before.Id, info.Id);
        }

        return before with { State = batch.State, ModifiedAt = hub.Now };
    }

    private EntityRecord Lock(WriteSession session, LockMessage message)
    {
        var next = message.EntityIds.SkipWhile(id => id != before.Id).Skip(1).FirstOrDefault();
        if (next is not null)
            outbox.Post(session, message with { EntityId = next });
        else if (!outbox.Answer(
            session, message.Caller.InstanceId, message.Caller.Key, new TaskCompleted(hub.Now, message.Caller.TaskId, null)))
        {
            // Nobody waits for it any more.
            foreach (var id in message.EntityIds)
                outbox.Post(session, new UnlockMessage(id, message.Caller.Key));
        }

        return before with { LockKey = message.Caller.Key, LockedBy = message.Caller.InstanceId };
    }
}
