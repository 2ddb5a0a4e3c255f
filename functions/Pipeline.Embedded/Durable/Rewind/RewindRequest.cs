using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>Puts a rewind into effect: new histories for the execution and its failed sub-orchestrations, all at once.</summary>
internal sealed class RewindRequest(TaskHubServices hub, RewindPlan root) : Request<bool>
{
    private readonly Outbox outbox = new(hub);

    public override void Apply(WriteSession session)
    {
        outbox.Clear();
        Refusal = null;
        Apply(session, root);
    }

    protected override bool Accepted()
    {
        outbox.Deliver();
        return true;
    }

    private void Apply(WriteSession session, RewindPlan plan)
    {
        if (session.Find(plan.Info.Id) is not { Status: OrchestrationRuntimeStatus.Failed } found || found.Key != plan.Info.Key)
        {
            Refusal ??= new InstanceStateException(
                $"The orchestration instance '{plan.Info.Id}' was changed while it was being rewound. Look at it, and try again.",
                OrchestrationRuntimeStatus.Failed);
            return;
        }

        var info = plan.Info;
        session.DeleteHistory(info.Key);
        var processed = 0L;
        for (var i = 0; i < plan.History.Count; i++)
        {
            session.Append(info.Key, plan.History[i]);
            if (i < plan.Replayed)
                processed = plan.History[i].Sequence;
        }

        session.Update(info.Key, OrchestrationRuntimeStatus.Running, hub.Now, processed, plan.CustomStatus, failure: null);
        session.SetOutput(info.Key, null);
        if (info.Parent is { } parent)
            session.SetParentTask(info.Key, parent.TaskId);
        outbox.Add(() =>
        {
            var instance = new OrchestrationInstance(hub, info, OrchestrationRuntimeStatus.Running);
            hub.Instances.Set(instance);
            new Recovery(hub).Resume(instance, UnfinishedWork.Of(plan.History, processed));
            instance.Wake();
        });
        var steps = new ActionEffects(outbox, info, hub.Now);
        foreach (var step in plan.Again)
            steps.Perform(session, step);
        foreach (var child in plan.Children)
            Apply(session, child);
    }
}
