using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// What a commit sends to others: written with the commit, and handed over once it is on the disk.
/// </summary>
internal sealed class Outbox(TaskHubServices hub)
{
    private readonly List<Action> deliveries = [];

    /// <summary>Forgets everything, as the transaction was rolled back.</summary>
    public void Clear() => deliveries.Clear();

    public void Deliver() => deliveries.ForEach(deliver => deliver());

    public void Add(Action delivery) => deliveries.Add(delivery);

    /// <summary>Starts an instance, in place of one of the same id that has ended.</summary>
    /// <returns>False if one of that id has not ended.</returns>
    public bool TryStart(WriteSession session, InstanceInfo info, string? input, DateTime now)
    {
        if (session.Find(info.Id) is { } existing)
        {
            if (existing.Status.IsLive())
                return false;
            session.Delete(existing.Key);
        }

        // Given here and not where it is asked for: what is asked for is history, and a later default must not change that.
        var version = info.Version.Length > 0 ? info.Version : hub.Options.DefaultVersion;
        Start(session, info with { Key = session.NextSequence(), Version = version }, input, now, OrchestrationRuntimeStatus.Pending, customStatus: null);
        return true;
    }

    /// <summary>Starts an execution whose id is free.</summary>
    public void Start(
        WriteSession session, InstanceInfo info, string? input, DateTime now, OrchestrationRuntimeStatus status, string? customStatus)
    {
        var started = session.Insert(info, input, now, status, customStatus);
        Add(() => new OrchestrationInstance(hub, info, status, customStatus).Start(input, started));
    }

    /// <summary>Sends an event to an instance, if it lives.</summary>
    public void Send(WriteSession session, string instanceId, HistoryEvent @event)
    {
        if (session.AppendIfLive(instanceId, @event))
            Add(() => hub.Instances.Deliver(instanceId, @event));
    }

    /// <summary>Sends a task's outcome to the execution that waits for it.</summary>
    /// <returns>False if that has ended.</returns>
    public bool Answer(WriteSession session, string instanceId, long key, HistoryEvent outcome)
    {
        if (!session.AppendIfLive(key, outcome))
            return false;
        Add(() => hub.Instances.Deliver(instanceId, outcome));
        return true;
    }

    /// <summary>Sends a message to an entity.</summary>
    public void Post(WriteSession session, EntityMessage message)
    {
        session.AddEntityMessage(message);
        Add(() => hub.Entities.Deliver(message));
    }
}
