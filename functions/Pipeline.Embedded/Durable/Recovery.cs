using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>Takes up, when the hub starts, whatever the store says is unfinished.</summary>
internal sealed class Recovery(TaskHubServices hub)
{
    public void Run(CancellationToken cancellationToken)
    {
        // Everything is read, and all instances are there, before any runs: they send to each other, and to entities.
        var messages = hub.Reader.LoadEntityMessages();
        var orphans = hub.Reader.LoadOrphans();
        var instances = hub.Reader.LoadUnfinished()
            .Select(found => (Instance: new OrchestrationInstance(hub, found.Row.Info, found.Row.Status), found.Work))
            .ToList();
        instances.ForEach(each => hub.Instances.Set(each.Instance));
        foreach (var (instance, work) in instances)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Resume(instance, work);
        }

        foreach (var (execution, activity) in orphans)
            hub.Activities.Enqueue(new OrchestrationInstance(hub, execution, OrchestrationRuntimeStatus.ContinuedAsNew), activity);
        messages.ForEach(hub.Entities.Deliver);
        if (instances.Count > 0)
            hub.Logger.LogInformation("Went on with {Count} unfinished orchestrations.", instances.Count);
    }

    /// <summary>Sets going again what an execution waits for.</summary>
    public void Resume(OrchestrationInstance instance, UnfinishedWork work)
    {
        foreach (var timer in work.Timers)
            instance.Arm(timer);
        foreach (var activity in work.Activities)
            hub.Activities.Enqueue(instance, activity);
        if (!work.HasStarted)
            instance.ArmStart();
        if (work.HasNews)
            instance.Wake();
    }
}
