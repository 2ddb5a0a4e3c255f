using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>What hosts keep together of a hub and a consumer group, as small JSON objects: checkpoints, and who owns which partition.</summary>
/// <param name="store">The store that the hosts share.</param>
/// <param name="fullyQualifiedNamespace">The namespace's host name.</param>
/// <param name="hub">The hub.</param>
/// <param name="group">The consumer group.</param>
internal sealed class HubObjects(IObjectStore store, string fullyQualifiedNamespace, string hub, string group)
{
    /// <summary>The container, as in the official host.</summary>
    public const string Container = "azure-webjobs-eventhub";

    // Names of namespaces, hubs and groups count without regard to case; those of objects do not.
    private readonly string _prefix = $"{fullyQualifiedNamespace}/{hub}/{group}/".ToLowerInvariant();

    /// <summary>Where a partition's checkpoint is.</summary>
    public string CheckpointPath(string partition) => $"{_prefix}checkpoint/{partition}";

    /// <summary>Where it is told who owns a partition.</summary>
    public string OwnershipPath(string partition) => $"{_prefix}ownership/{partition}";

    /// <summary>The versions of all ownerships, by partition.</summary>
    public async Task<Dictionary<string, ObjectInfo>> OwnershipsAsync(CancellationToken cancellationToken)
    {
        var prefix = OwnershipPath("");
        var found = new Dictionary<string, ObjectInfo>(StringComparer.Ordinal);
        await foreach (var info in store.ListAsync(Container, prefix, cancellationToken)) found[info.Path[prefix.Length..]] = info;
        return found;
    }

    /// <summary>Reads an object; null where there is none or it is not JSON of the kind.</summary>
    public async Task<(T Value, string ETag)?> ReadAsync<T>(string path, CancellationToken cancellationToken) where T : class
    {
        // The version first: what is read behind it is that or a later one, which a write under this version will not replace.
        if (await store.FindAsync(Container, path, cancellationToken) is not { } info) return null;
        try
        {
            await using var content = await store.OpenReadAsync(Container, path, cancellationToken);
            return await JsonSerializer.DeserializeAsync<T>(content, JsonSerializerOptions.Web, cancellationToken) is { } value ? (value, info.ETag) : null;
        }
        catch (Exception e) when (e is ObjectNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes an object and gives its version.</summary>
    /// <exception cref="ConditionFailedException">Another host has written it meanwhile.</exception>
    public async Task<string> WriteAsync<T>(string path, T value, WriteCondition condition, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web));
        return (await store.WriteAsync(Container, path, content, condition, cancellationToken)).ETag;
    }
}
