namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>The kinds of an <see cref="InitialOffset"/>, named as in host.json.</summary>
internal enum InitialOffsetKind
{
    /// <summary>The oldest event that is kept.</summary>
    FromStart,

    /// <summary>The first event that comes.</summary>
    FromEnd,

    /// <summary>The first event of a time or later.</summary>
    FromEnqueuedTime,
}
