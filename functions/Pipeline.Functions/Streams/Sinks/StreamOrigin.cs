namespace Pipeline.Streams;

/// <summary>Where in a stream an output comes from.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Generation">1, and one more each time the stream is replayed or its query changes.</param>
/// <param name="Stage">Whether an input partition or a partition of the shuffle made it.</param>
/// <param name="Partition">The partition within the stage.</param>
/// <param name="Commit">The number of the commit; ascending.</param>
public sealed record StreamOrigin(string Stream, int Generation, StreamStage Stage, int Partition, long Commit)
{
    /// <summary>The partition in names of files: <c>input-3</c>, <c>shuffle-0</c>.</summary>
    public string Place => $"{(Stage == StreamStage.Input ? "input" : "shuffle")}-{Partition}";
}
