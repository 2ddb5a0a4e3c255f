namespace Pipeline.Embedded.Durable;

/// <summary>Deletes an instance that has ended, and on demand the sub-orchestrations below it that have ended, too.</summary>
internal sealed class PurgeRequest(string instanceId, bool recursive) : Request<int>
{
    private int purged;

    public override void Apply(WriteSession session)
    {
        purged = 0;
        Refusal = null;
        if (session.Find(instanceId) is not { } found)
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

    private void Purge(WriteSession session, long key)
    {
        var ended = recursive ? session.EndedChildren(key) : [];
        session.Delete(key);
        purged++;
        ended.ForEach(child => Purge(session, child));
    }
}
