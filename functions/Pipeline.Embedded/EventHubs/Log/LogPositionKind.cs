namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>What a <see cref="LogPosition"/> compares.</summary>
internal enum LogPositionKind
{
    /// <summary>The sequence number.</summary>
    SequenceNumber,

    /// <summary>The offset.</summary>
    Offset,

    /// <summary>The time of writing, in milliseconds since 1970 UTC.</summary>
    EnqueuedTime,

    /// <summary>Nothing: only what comes from now on.</summary>
    End,
}
