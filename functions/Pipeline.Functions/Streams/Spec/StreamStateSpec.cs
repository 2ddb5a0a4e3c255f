namespace Pipeline.Streams;

/// <summary>Bounds of a stream's state.</summary>
/// <param name="MaxKeys">How many open keys and windows a partition may hold.</param>
/// <param name="WhenFull">What happens when it would hold more.</param>
public sealed record StreamStateSpec(long MaxKeys, FullStatePolicy WhenFull)
{
    /// <summary>Ten million, then no more events are taken.</summary>
    public static StreamStateSpec Default { get; } = new(10_000_000, FullStatePolicy.Pause);
}
