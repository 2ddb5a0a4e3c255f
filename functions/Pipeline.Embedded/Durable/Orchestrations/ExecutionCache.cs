namespace Pipeline.Embedded.Durable;

/// <summary>Bounds how many orchestrations stay in memory between events: those idle for longest go first.</summary>
internal sealed class ExecutionCache
{
    private readonly int capacity;
    private readonly HashSet<OrchestrationInstance> loaded = [];

    // When all are busy, looking for idle ones again and again would cost more than it frees.
    private int limit;

    public ExecutionCache(int capacity) => this.capacity = limit = capacity;

    public void Add(OrchestrationInstance instance)
    {
        lock (loaded)
            loaded.Add(instance);
    }

    public void Remove(OrchestrationInstance instance)
    {
        lock (loaded)
            loaded.Remove(instance);
    }

    /// <summary>Drops a tenth of the capacity, or as many as are idle, if there are too many.</summary>
    public void Trim()
    {
        lock (loaded)
        {
            if (loaded.Count <= limit)
                return;
            var goal = capacity - (capacity / 10);
            foreach (var instance in loaded.OrderBy(instance => instance.LastTurn).ToArray())
            {
                if (loaded.Count <= goal)
                    break;
                if (instance.TryEvict())
                    loaded.Remove(instance);
            }

            limit = Math.Max(capacity, loaded.Count + (capacity / 10));
        }
    }
}
