using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
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
    private readonly Outbox outbox = new(hub);

    /// <summary>The instance that a caller's options ask for.</summary>
    public static InstanceInfo Describe(TaskHubServices hub, TaskName name, StartOrchestrationOptions? options)
    {
        var now = hub.Now;
        var id = options?.InstanceId is { Length: > 0 } given ? InstanceId.Valid(given) : Guid.NewGuid().ToString("N");
        var startAt = options?.StartAt?.UtcDateTime;
        return new InstanceInfo(
            0, id, name, options?.Version?.Version ?? string.Empty, now, startAt > now ? startAt : null, Parent: null, options?.Tags);
    }

    public override void Apply(WriteSession session)
    {
        outbox.Clear();
        Refusal = session.Find(info.Id) is { } existing && forbidden.Contains(existing.Status)
            || !outbox.TryStart(session, info, input, hub.Now)
            ? new OrchestrationAlreadyExistsException(info.Id)
            : null;
    }

    protected override string Accepted()
    {
        outbox.Deliver();
        return info.Id;
    }
}
