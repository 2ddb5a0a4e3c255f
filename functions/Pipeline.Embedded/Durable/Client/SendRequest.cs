using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>Sends an event to a live instance.</summary>
/// <param name="hub">The hub's other parts.</param>
/// <param name="instanceId">To whom.</param>
/// <param name="event">What.</param>
/// <param name="refuse">Why an instance of a certain status does not take it, or null if it does.</param>
internal sealed class SendRequest(
    TaskHubServices hub, string instanceId, HistoryEvent @event, Func<OrchestrationRuntimeStatus, string?> refuse) : Request<bool>
{
    public override void Apply(WriteSession session)
    {
        Refusal = session.Find(instanceId) is not { } found ? new InstanceNotFoundException(instanceId)
            : refuse(found.Status) is { } reason ? new InstanceStateException(reason, found.Status)
            : null;
        if (Refusal is null)
            session.AppendIfLive(instanceId, @event);
    }

    protected override bool Accepted()
    {
        hub.Instances.Deliver(instanceId, @event);
        return true;
    }
}
