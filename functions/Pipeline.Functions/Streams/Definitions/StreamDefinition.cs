using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>A stream as it is stored: <c>streams/{name}/stream.json</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Generation">1, and one more each time it is replayed or its query changes: each generation has states of its own.</param>
/// <param name="Status">Whether it works.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When this was written.</param>
/// <param name="From">Where in the log the generation begins.</param>
/// <param name="IsReplay">Whether the generation makes results again that an earlier one has given out.</param>
/// <param name="ShufflePartitions">How many partitions the shuffle has for this generation; 0 where it needs none.</param>
/// <param name="Spec">The spec as it was sent.</param>
public sealed record StreamDefinition(
    string Name, int Generation, StreamStatus Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, StreamStart From, bool IsReplay, int ShufflePartitions, JsonElement Spec)
{
    /// <summary>The model that scores its rows; null where none does.</summary>
    public ModelPin? Model { get; init; }
}
