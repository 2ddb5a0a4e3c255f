using DurableTask.Core.Exceptions;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>Makes an instance, unless one of its id forbids it; one that has ended is replaced.</summary>
/// <param name="hub">The hub's other parts.</param>
/// <param name="info">The instance; its key is given when it is written.</param>
/// <param name="input">JSON.</param>
/// <param name="forbidden">The statuses, beside the live ones, in which an instance of the same id may not be replaced.</param>
internal sealed class StartRequest(
    TaskHubServices hub, InstanceInfo info, string? input, IReadOnlyCollection<OrchestrationRuntimeStatus> forbidden) : Request<string>
{
    private InstanceInfo info = info;
    private HistoryEvent? started;

    public override void Apply(WriteSession session)
    {
        Refusal = null;
        if (session.Find(info.Id) is { } existing)
        {
            if (existing.Status.IsLive() || forbidden.Contains(existing.Status))
            {
                Refusal = new OrchestrationAlreadyExistsException(info.Id);
                return;
            }

            session.Delete(existing.Key);
        }

        info = info with { Key = session.NextSequence() };
        started = session.Insert(info, input, hub.Now);
    }

    protected override string Accepted()
    {
        if (started is not null)
        {
            var instance = OrchestrationInstance.Begin(hub, info, input);
            hub.Instances.Set(instance);
            instance.Deliver(started);
        }
        else
        {
            var instance = new OrchestrationInstance(hub, info, OrchestrationRuntimeStatus.Pending);
            hub.Instances.Set(instance);
            instance.ArmStart();
        }

        return info.Id;
    }
}
