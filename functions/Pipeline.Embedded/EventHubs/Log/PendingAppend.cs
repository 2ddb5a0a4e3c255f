namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Events that wait to be appended together.</summary>
internal sealed class PendingAppend(IReadOnlyList<EventToAppend> events)
{
    public IReadOnlyList<EventToAppend> Events { get; } = events;

    /// <summary>The bytes of their records.</summary>
    public long Length { get; } = events.Sum(added => (long)RecordCodec.Length(added));

    /// <summary>Ends with the sequence number of the first when they are safe on the disk.</summary>
    public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
