namespace Pipeline.Embedded.Durable;

/// <summary>The entities that are in memory.</summary>
internal sealed class EntityDirectory(TaskHubServices hub)
{
    private readonly Dictionary<string, Entity> entities = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private volatile bool stopping;

    public bool IsIdle
    {
        get
        {
            lock (entities)
                return entities.Values.All(entity => entity.IsIdle);
        }
    }

    public int Backlog(string id)
    {
        lock (entities)
            return entities.TryGetValue(id, out var entity) ? entity.Backlog : 0;
    }

    /// <summary>Hands a committed message to its entity, when it is due.</summary>
    public void Deliver(EntityMessage message)
    {
        if (message.DueAt is { } due && due > hub.Now)
        {
            hub.Timers.Add(due, () => Deliver(message));
            return;
        }

        lock (entities)
        {
            if (!entities.TryGetValue(message.EntityId, out var entity))
                entities[message.EntityId] = entity = new Entity(hub, message.EntityId);
            entity.Deliver(message);
        }
    }

    /// <summary>Lets an idle entity leave memory, if there are many.</summary>
    public void Trim(string id, Entity entity)
    {
        lock (entities)
        {
            if (entities.Count > hub.Options.MaxLiveOrchestrations && entity is { IsIdle: true, Backlog: 0 })
                entities.Remove(id);
        }
    }

    /// <summary>Whether an entity may begin a batch.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref running);
        if (!stopping)
            return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0 && stopping)
            idle.TrySetResult();
    }

    /// <summary>Begins no more batches, and waits for those that run.</summary>
    public Task StopAsync()
    {
        stopping = true;
        return Volatile.Read(ref running) == 0 ? Task.CompletedTask : idle.Task;
    }
}
