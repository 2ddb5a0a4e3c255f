namespace Pipeline.Embedded.Hosting;

/// <summary>What sets a function off.</summary>
public enum TriggerKind
{
    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>A new or changed object.</summary>
    Blob,

    /// <summary>The clock.</summary>
    Timer,

    /// <summary>Events of an event hub.</summary>
    EventHub,

    /// <summary>The task hub, as an orchestrator.</summary>
    Orchestration,

    /// <summary>The task hub, as an activity.</summary>
    Activity,

    /// <summary>The task hub, as an entity.</summary>
    Entity,
}
