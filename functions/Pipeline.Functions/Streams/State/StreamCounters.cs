namespace Pipeline.Streams;

/// <summary>What a partition has counted since its generation began.</summary>
/// <param name="Events">Events that were read, whatever became of them.</param>
/// <param name="Late">Events that came after their windows were final.</param>
/// <param name="DeadLettered">Events that could not be read and went to quarantine.</param>
/// <param name="Dropped">Events that a full state refused, and late ones that went nowhere.</param>
/// <param name="Duplicates">Events that were known from their keys.</param>
/// <param name="Lost">Events that the hub had removed before they were read.</param>
public sealed record StreamCounters(long Events = 0, long Late = 0, long DeadLettered = 0, long Dropped = 0, long Duplicates = 0, long Lost = 0)
{
    /// <summary>The sum of two.</summary>
    public static StreamCounters operator +(StreamCounters left, StreamCounters right) => left.Add(right);

    /// <summary>The sum of this and another.</summary>
    public StreamCounters Add(StreamCounters other) => new(
        Events + other.Events, Late + other.Late, DeadLettered + other.DeadLettered, Dropped + other.Dropped, Duplicates + other.Duplicates, Lost + other.Lost);
}
