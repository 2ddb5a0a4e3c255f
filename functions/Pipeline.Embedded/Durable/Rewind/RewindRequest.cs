using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// Puts a rewind into effect: new histories for the execution and its failed sub-orchestrations, all at once. Each goes on under a new
/// key, so that what was still under way for the failed execution, whose steps may have had other numbers, does not reach it.
/// </summary>
internal sealed class RewindRequest(TaskHubServices hub, RewindPlan root) : Request<bool>
{
    private readonly Outbox outbox = new(hub);

    public override void Apply(WriteSession session)
    {
        outbox.Clear();
        var plans = All(root).ToList();
        Refusal = plans.Find(plan => !StillFits(session, plan)) is { } changed
            ? new InstanceStateException(
                $"The orchestration instance '{changed.Info.Id}', or one below it, was changed while it was being rewound. Look at it, "
                + "and try again.",
                OrchestrationRuntimeStatus.Failed)
            : null;
        if (Refusal is null)
            plans.ForEach(plan => Apply(session, plan));
    }

    protected override bool Accepted()
    {
        outbox.Deliver();
        return true;
    }

    private static IEnumerable<RewindPlan> All(RewindPlan plan) => plan.Children.SelectMany(All).Prepend(plan);

    private static bool StillFits(WriteSession session, RewindPlan plan) =>
        session.Find(plan.Info.Id) is { Status: OrchestrationRuntimeStatus.Failed } found && found.Key == plan.Info.Key
        && plan.Running.TrueForAll(child => session.Find(child)?.Status.IsLive() == true);

    private void Apply(WriteSession session, RewindPlan plan)
    {
        var info = plan.Info with { Key = session.NextSequence() };
        session.Rekey(plan.Info.Key, info.Key);
        var processed = 0L;
        for (var i = 0; i < plan.History.Count; i++)
        {
            session.Append(info.Key, plan.History[i]);
            if (i < plan.Replayed)
                processed = plan.History[i].Sequence;
            if (plan.History[i] is SubOrchestrationScheduled child)
                session.SetParentTask(child.InstanceId, info.Key, child.TaskId);
        }

        session.Update(info.Key, OrchestrationRuntimeStatus.Running, hub.Now, processed, plan.CustomStatus, failure: null);
        session.SetOutput(info.Key, null);
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
    }
}
