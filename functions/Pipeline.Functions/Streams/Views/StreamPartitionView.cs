namespace Pipeline.Streams;

/// <summary>How a partition of a stream stands.</summary>
/// <param name="Stage">Whether it is of the input or of the shuffle.</param>
/// <param name="Partition">Its number.</param>
/// <param name="Watermark">Windows that end here or earlier are closed; null before the first event.</param>
/// <param name="LatestEvent">The latest time of an event.</param>
/// <param name="SequenceNumber">The last event that is in its state; -1 for none.</param>
/// <param name="Lag">How many events the hub has that are not in its state; null where that is not known.</param>
/// <param name="EventsPerSecond">Events of the last seconds in which there were any.</param>
/// <param name="Counters">What it has counted in this generation.</param>
/// <param name="Keys">Open keys and windows.</param>
/// <param name="Bytes">The bytes of memory that they take.</param>
/// <param name="Pending">Outputs that are committed and not known to be taken by all sinks.</param>
/// <param name="Commit">How often it has committed.</param>
/// <param name="CommittedAt">When it did so last.</param>
public sealed record StreamPartitionView(
    StreamStage Stage, int Partition, DateTimeOffset? Watermark, DateTimeOffset? LatestEvent, long SequenceNumber, long? Lag, double EventsPerSecond,
    StreamCounters Counters, long Keys, long Bytes, int Pending, long Commit, DateTimeOffset CommittedAt);
