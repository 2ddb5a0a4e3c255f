namespace Pipeline.Streams;

/// <summary>What happens when a stream's state is full. All of them raise an alarm.</summary>
public enum FullStatePolicy
{
    /// <summary>The partition takes no more events until the limit is raised; nothing is lost.</summary>
    Pause,

    /// <summary>Events of keys that are not known yet are dropped and counted.</summary>
    RejectNewKeys,

    /// <summary>The oldest windows are closed before their time.</summary>
    CloseOldest,
}
