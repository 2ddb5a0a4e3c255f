namespace Pipeline.Streams;

/// <summary>A partition of a stage of one generation of a stream: what has one state and one owner.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Generation">Which run through the log.</param>
/// <param name="Stage">Whether an input partition or a partition of the shuffle.</param>
/// <param name="Partition">The partition within the stage.</param>
internal sealed record StreamPlace(string Stream, int Generation, StreamStage Stage, int Partition)
{
    /// <summary>Where its files are in the container of states, with a slash at the end.</summary>
    public string Folder => $"{Stream}/{Generation}/{Origin(0).Place}/";

    /// <summary>The origin of a commit's output.</summary>
    public StreamOrigin Origin(long commit) => new(Stream, Generation, Stage, Partition, commit);
}
