using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// Takes an execution up again from what the store has, in place of an object that does not agree with the store any more. On the
/// writer's thread: every event is either in what is read there, or delivered after it.
/// </summary>
internal sealed class Rebuild(TaskHubServices hub, OrchestrationInstance broken) : Commit
{
    public override void Apply(WriteSession session)
    {
    }

    public override void Committed()
    {
        try
        {
            if (!new Recovery(hub).TryResume(broken.Info.Key))
                hub.Instances.Remove(broken);
        }
        catch (Exception e)
        {
            hub.Logger.LogError(
                e, "Orchestration '{Name}' with id '{Id}' could not be read from the store; trying again.", broken.Info.Name, broken.Info.Id);
            hub.TryAgain(this);
        }
    }
}
