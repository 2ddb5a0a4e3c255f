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
        // First what was sent to entities before: whatever the instances send them now comes after it.
        messages.ForEach(hub.Entities.Deliver);
        foreach (var (instance, work) in SpreadTerminations(instances))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Resume(instance, work);
        }

        foreach (var (execution, activity) in orphans)
            hub.Activities.Enqueue(new OrchestrationInstance(hub, execution, OrchestrationRuntimeStatus.ContinuedAsNew), activity);
        if (instances.Count > 0)
            hub.Logger.LogInformation("Went on with {Count} unfinished orchestrations.", instances.Count);
    }

    /// <summary>Takes up one execution.</summary>
    /// <returns>False if it has ended.</returns>
    public bool TryResume(long key)
    {
        if (hub.Reader.LoadUnfinished(key) is not [var (row, work)])
            return false;
        var instance = new OrchestrationInstance(hub, row.Info, row.Status);
        hub.Instances.Set(instance);
        Resume(instance, work);
        return true;
    }

    /// <summary>Sets going again what an execution waits for.</summary>
    public void Resume(OrchestrationInstance instance, UnfinishedWork work)
    {
        foreach (var timer in work.Timers)
            instance.Arm(timer);
        // What is to be terminated ends in its next turn, whatever came before: its activities would run for nobody.
        if (work.Termination is null)
        {
            foreach (var activity in work.Activities)
                hub.Activities.Enqueue(instance, activity);
        }

        if (!work.HasStarted)
            instance.ArmStart();
        if (work.HasNews)
            instance.Wake();
    }

    /// <summary>
    /// Sends terminations on to the sub-orchestrations that a recursive one has not reached. Their parents would do so in their turns,
    /// but until then activities would begin that somebody has been told are cancelled. A turn of those waits for the termination, too.
    /// </summary>
    private List<(OrchestrationInstance Instance, UnfinishedWork Work)> SpreadTerminations(
        List<(OrchestrationInstance Instance, UnfinishedWork Work)> instances)
    {
        var reached = new Dictionary<long, ExecutionTerminated>();
        var children = instances.Where(each => each.Instance.Info.Parent is not null).ToLookup(each => each.Instance.Info.Parent!.Key);
        var spread = new Queue<(long Key, ExecutionTerminated Termination)>(instances
            .Where(each => each.Work.Termination is { Recursive: true })
            .Select(each => (each.Instance.Info.Key, each.Work.Termination!)));
        while (spread.TryDequeue(out var next))
        {
            foreach (var (child, work) in children[next.Key])
            {
                if (work.Termination is { Recursive: true } || !reached.TryAdd(child.Info.Key, next.Termination))
                    continue;
                hub.Writer.Enqueue(new SendRequest(hub, child.Info.Id, next.Termination with { At = hub.Now }, _ => null));
                spread.Enqueue((child.Info.Key, next.Termination));
            }
        }

        return instances.ConvertAll(each => reached.TryGetValue(each.Instance.Info.Key, out var termination)
            ? (each.Instance, each.Work with { Termination = termination, HasNews = false })
            : each);
    }
}
