namespace Pipeline.Embedded.Durable;

/// <summary>Something reaches an execution: an activity's outcome, or a timer that is due.</summary>
internal sealed class Arrival(OrchestrationInstance instance, HistoryEvent @event) : Commit
{
    private bool arrived;

    public override void Apply(WriteSession session)
    {
        arrived = session.AppendIfLive(instance.Info.Key, @event);
        if (!arrived && @event is TaskOutcome outcome)
            session.DeleteOrphan(instance.Info.Key, outcome.TaskId);
    }

    public override void Committed()
    {
        if (arrived)
            instance.Deliver(@event);
    }
}
