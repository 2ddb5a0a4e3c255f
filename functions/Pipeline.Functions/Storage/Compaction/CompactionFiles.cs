using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Pipeline.Storage;

/// <summary>The objects of compactions: their names, and how they are read and written.</summary>
internal static partial class CompactionFiles
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>The object that tells which files of a dataset count.</summary>
    public static string Marker(string dataset) => $"{dataset}/_compaction.json";

    /// <summary>What a compaction is going to do.</summary>
    public static string Plan(string dataset, string id) => $"{dataset}/_compactions/{id}.json";

    /// <summary>Which files a compacted file was made of.</summary>
    public static string Manifest(string dataset, string compacted) => $"{dataset}/_compactions/{compacted[(compacted.LastIndexOf('/') + 1)..]}.json";

    /// <summary>The name of a compacted file.</summary>
    /// <param name="folder">The folder, with its slash.</param>
    /// <param name="series">The series of the files that it is made of.</param>
    /// <param name="id">The compaction.</param>
    /// <param name="index">Which of its files.</param>
    public static string Compacted(string folder, string series, string id, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}{series}.compacted-{id}-{index:D4}{DatasetFolders.Extension}");

    /// <summary>Whether a file has the name of a compacted one.</summary>
    public static bool IsCompacted(string path) => CompactedName().IsMatch(path);

    /// <summary>The series of a compacted file.</summary>
    public static string SeriesOf(string compacted) => CompactedName().Match(compacted).Groups["series"].Value;

    /// <summary>Reads a document, and its version; null where there is none.</summary>
    public static async Task<(T Value, string ETag)?> ReadAsync<T>(IObjectStore store, string path, CancellationToken ct)
    {
        // The version is that of the content, or an earlier one, with which no write would succeed.
        if (await store.FindAsync(DatasetFolders.Container, path, ct) is not { } found) return null;
        try
        {
            await using var content = await store.OpenReadAsync(DatasetFolders.Container, path, ct);
            return (await JsonSerializer.DeserializeAsync<T>(content, s_json, ct) ?? throw new JsonException("it is null"), found.ETag);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StorageException(
                $"'{path}' in container '{DatasetFolders.Container}' is damaged: {e.Message}. It tells which files of the dataset count; restore it from a backup.", e);
        }
    }

    /// <summary>Writes a document.</summary>
    /// <exception cref="ConditionFailedException">The condition does not hold.</exception>
    public static async Task WriteAsync<T>(IObjectStore store, string path, T value, WriteCondition condition, CancellationToken ct) =>
        await store.WriteAsync(DatasetFolders.Container, path, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, s_json)), condition, ct);

    [GeneratedRegex(@"(?:^|/)(?<series>[^/]+)\.compacted-[0-9a-f]{12}-[0-9]{4,}\.parquet$")]
    private static partial Regex CompactedName();
}
