using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// An entity that has something to do, or had lately: it works through its messages, one batch at a time, each committed before the
/// next begins. While an orchestration holds its lock, only that orchestration's messages are done; the others wait.
/// </summary>
internal sealed class Entity : IThreadPoolWorkItem
{
    private const int MaxBatch = 100;

    private readonly TaskHubServices hub;
    private readonly EntityInstanceId id;
    private readonly object gate = new();
    private readonly LinkedList<EntityMessage> waiting = new();
    private EntityRecord? record;
    private bool busy;

    public Entity(TaskHubServices hub, string entityId)
    {
        this.hub = hub;
        id = EntityInstanceId.FromString(entityId);
    }

    /// <summary>How many messages wait.</summary>
    public int Backlog
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>Whether nothing is under way; messages may wait for a lock to be released.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
                return !busy;
        }
    }

    /// <summary>Takes in a committed message.</summary>
    public void Deliver(EntityMessage message)
    {
        lock (gate)
        {
            waiting.AddLast(message);
            Schedule();
        }
    }

    /// <summary>Goes on with the state that has been committed.</summary>
    public void Continue(EntityRecord committed)
    {
        lock (gate)
        {
            record = committed;
            busy = false;
            if (waiting.Count > 0)
                Schedule();
        }

        hub.Entities.Trim(id.ToString(), this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (hub.Entities.TryEnter())
            _ = WorkAsync();
    }

    private void Schedule()
    {
        if (busy)
            return;
        busy = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task WorkAsync()
    {
        try
        {
            record ??= hub.Reader.FindEntity(id.ToString()) ?? new EntityRecord(id.ToString(), null, default, null, null);
            if (Take() is { Count: > 0 } batch)
                hub.Writer.Enqueue(await RunAsync(batch));
        }
        catch (ObjectDisposedException)
        {
            // The hub has stopped; the next start goes on.
        }
        catch (Exception e)
        {
            hub.Logger.LogError(e, "Entity '{Id}' could not be read from the store; trying again.", id);
            hub.TryAgain(() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false));
        }
        finally
        {
            hub.Entities.Leave();
        }
    }

    private async Task<EntityCommit> RunAsync(List<EntityMessage> batch)
    {
        var current = record!;
        if (batch[0] is not OperationMessage)
            return new EntityCommit(hub, this, current, batch, operations: null);
        var operations = new EntityBatch(hub, id, current.State, batch.ConvertAll(message => (OperationMessage)message));
        await operations.RunAsync();
        return new EntityCommit(hub, this, current, batch, operations);
    }

    /// <summary>The next messages that may be done: several operations, or one of another kind. If there are none, work ends.</summary>
    private List<EntityMessage> Take()
    {
        var taken = new List<EntityMessage>();
        lock (gate)
        {
            for (var node = waiting.First; node is not null && taken.Count < MaxBatch;)
            {
                var message = node.Value;
                var following = node.Next;
                if (MayDo(message))
                {
                    if (message is not OperationMessage && taken.Count > 0)
                        break;
                    waiting.Remove(node);
                    taken.Add(message);
                    if (message is not OperationMessage)
                        break;
                }

                node = following;
            }

            busy = taken.Count > 0;
        }

        return taken;
    }

    private bool MayDo(EntityMessage message) => record!.LockKey is not { } owner || owner == message switch
    {
        OperationMessage operation => operation.Caller?.Key,
        UnlockMessage unlock => unlock.OwnerKey,
        _ => null,
    };
}
