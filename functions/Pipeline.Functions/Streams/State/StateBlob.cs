using System.Text.Json.Serialization;

namespace Pipeline.Streams;

/// <summary>Bytes that a state refers to: a file of the place, or within the state itself where they are few.</summary>
/// <param name="Path">The file's path in the container of states; null where the bytes are here.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Content">The bytes; null where they are in a file.</param>
internal sealed record StateBlob(string? Path, long Bytes, byte[]? Content)
{
    /// <summary>How much of the state's own length it takes.</summary>
    [JsonIgnore]
    public int InlineBytes => Content?.Length ?? 0;
}
