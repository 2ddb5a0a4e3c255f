using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Grid.Log;

/// <summary>How the log and its snapshots are written: JSON, a commit a document, to be read by people when something is odd.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true, UseStringEnumConverter = false)]
[JsonSerializable(typeof(Commit))]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class LogJson : JsonSerializerContext
{
    public static byte[] Write(Commit commit) => JsonSerializer.SerializeToUtf8Bytes(commit, Default.Commit);

    public static byte[] Write(Snapshot snapshot) => JsonSerializer.SerializeToUtf8Bytes(snapshot.Sorted(), Default.Snapshot);

    /// <exception cref="InvalidDataException">The bytes are no commit.</exception>
    public static Commit ReadCommit(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, Default.Commit) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"'{GridFiles.Container}/{path}' of the grid's log is damaged: {e.Message} Restore it from a backup.", e);
        }
    }

    /// <returns>Null where the bytes are no whole snapshot.</returns>
    public static Snapshot? ReadSnapshot(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, Default.Snapshot);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
