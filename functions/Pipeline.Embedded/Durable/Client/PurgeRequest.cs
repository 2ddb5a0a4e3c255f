namespace Pipeline.Embedded.Durable;

/// <summary>Deletes an instance that has ended, and on demand the sub-orchestrations below it that have ended, too.</summary>
/// <param name="instanceId">The instance.</param>
/// <param name="recursive">Whether those below go, too.</param>
/// <param name="key">The only execution that is meant, if it was chosen by what it is: one that took its place is left alone.</param>
internal sealed class PurgeRequest(string instanceId, bool recursive, long? key = null) : Request<int>
{
    private int purged;

    public override void Apply(WriteSession session)
    {
        purged = 0;
        Refusal = null;
        if (session.Find(instanceId) is not { } found || (key is not null && found.Key != key))
            return;
        if (found.Status.IsLive())
        {
            Refusal = new InstanceStateException(
                $"Only orchestrations in a terminal state can be purged, but the orchestration with instance ID '{instanceId}' has "
                + $"status {found.Status}. Terminate it first.", found.Status);
            return;
        }

        Purge(session, found.Key);
    }

    protected override int Accepted() => purged;

    private void Purge(WriteSession session, long execution)
    {
        var ended = recursive ? session.EndedChildren(execution) : [];
        session.Delete(execution);
        purged++;
        ended.ForEach(child => Purge(session, child));
    }
}
