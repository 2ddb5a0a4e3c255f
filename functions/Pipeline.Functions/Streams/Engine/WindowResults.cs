namespace Pipeline.Streams;

/// <summary>
/// The windows that a call of <see cref="StreamTask.CloseAsync"/> completed or corrected, by their ends and then their starts. Their rows can be
/// read from the task until the next call.
/// </summary>
/// <param name="Windows">The windows. Of sessions and sliding windows, all keys with the same start and end are one.</param>
/// <param name="Rows">The rows of all windows.</param>
public sealed record WindowResults(IReadOnlyList<WindowResult> Windows, long Rows)
{
    /// <summary>No windows.</summary>
    public static WindowResults None { get; } = new([], 0);
}
