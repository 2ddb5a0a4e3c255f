namespace Pipeline.Streams;

/// <summary>How a stream stands (<c>GET /api/streams/{name}/state</c>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Whether it works.</param>
/// <param name="Generation">Which run through the log.</param>
/// <param name="Watermark">The least watermark of the partitions whose windows it closes; null before the first event.</param>
/// <param name="Lag">How many events the hub has that are in no state yet; null where that is not known.</param>
/// <param name="EventsPerSecond">Of all input partitions.</param>
/// <param name="Counters">Of all partitions.</param>
/// <param name="Keys">Open keys and windows of all partitions.</param>
/// <param name="Bytes">The bytes of memory that they take.</param>
/// <param name="Alarms">What somebody should look at; empty where all is well.</param>
/// <param name="Partitions">Each partition.</param>
public sealed record StreamStateView(
    string Name, StreamStatus Status, int Generation, DateTimeOffset? Watermark, long? Lag, double EventsPerSecond, StreamCounters Counters,
    long Keys, long Bytes, IReadOnlyList<StreamAlarm> Alarms, IReadOnlyList<StreamPartitionView> Partitions);
