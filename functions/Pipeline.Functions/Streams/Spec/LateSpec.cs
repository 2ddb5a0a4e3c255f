namespace Pipeline.Streams;

/// <summary>What becomes of late events.</summary>
/// <param name="Allowed">How long after its end a window is still corrected.</param>
/// <param name="Dataset">The dataset that takes the events that are later than that; null drops and counts them.</param>
public sealed record LateSpec(TimeSpan Allowed, string? Dataset)
{
    /// <summary>No correction; late events are counted and dropped.</summary>
    public static LateSpec Default { get; } = new(TimeSpan.Zero, null);
}
