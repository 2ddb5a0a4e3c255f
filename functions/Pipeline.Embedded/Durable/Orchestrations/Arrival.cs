namespace Pipeline.Embedded.Durable;

/// <summary>Something reaches an execution: an activity's outcome, or a timer that is due.</summary>
internal sealed class Arrival(TaskHubServices hub, InstanceInfo execution, HistoryEvent @event) : Commit
{
    private bool arrived;

    public override void Apply(WriteSession session)
    {
        arrived = session.AppendIfLive(execution.Key, @event);
        if (!arrived && @event is TaskOutcome outcome)
            session.DeleteOrphan(execution.Key, outcome.TaskId);
    }

    public override void Committed()
    {
        if (arrived)
            hub.Instances.Deliver(execution.Id, @event);
    }

    public override void Failed(Exception error) => hub.TryAgain(this);
}
