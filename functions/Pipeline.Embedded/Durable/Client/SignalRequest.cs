namespace Pipeline.Embedded.Durable;

/// <summary>Sends messages to entities.</summary>
internal sealed class SignalRequest(TaskHubServices hub, params IReadOnlyList<EntityMessage> messages) : Request<bool>
{
    private readonly Outbox outbox = new(hub);

    public override void Apply(WriteSession session)
    {
        outbox.Clear();
        foreach (var message in messages)
            outbox.Post(session, message);
    }

    protected override bool Accepted()
    {
        outbox.Deliver();
        return true;
    }
}
