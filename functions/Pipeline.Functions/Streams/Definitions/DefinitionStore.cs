using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps the definitions of streams.</summary>
internal sealed class DefinitionStore(IObjectStore store)
{
    private const string Container = "streams";

    /// <summary>All streams and the versions of their definitions, by name.</summary>
    public async Task<IReadOnlyList<(string Name, string ETag)>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<(string, string)>();
        await foreach (var file in store.ListAsync(Container, "", cancellationToken))
        {
            if (file.Path.Split('/') is [var name, "stream.json"])
                names.Add((name, file.ETag));
        }
        return names;
    }

    /// <summary>A definition and its version; null where there is none.</summary>
    public async Task<(StreamDefinition Definition, string ETag)?> FindAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await store.FindAsync(Container, PathOf(name), cancellationToken) is not { } found)
                return null;
            var bytes = new byte[found.Length];
            try
            {
                await store.ReadRangeAsync(Container, PathOf(name), 0, bytes, found.ETag, cancellationToken);
                return (JsonSerializer.Deserialize<StreamDefinition>(bytes, Responses.Json)!, found.ETag);
            }
            catch (Exception e) when (e is ConditionFailedException or ObjectNotFoundException)
            {
                // It is written right now: read it again.
            }
        }
    }

    /// <summary>Writes a definition.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="etag">The version that it replaces; null where there must be none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ConditionFailedException">Somebody else was faster.</exception>
    public Task<ObjectInfo> WriteAsync(StreamDefinition definition, string? etag, CancellationToken cancellationToken) => store.WriteAsync(
        Container, PathOf(definition.Name), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(definition, Responses.Json)),
        etag is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(etag), cancellationToken);

    /// <summary>Removes a definition.</summary>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(Container, PathOf(name), cancellationToken);

    private static string PathOf(string name)
    {
        ObjectName.CheckSegment(name);
        return $"{name}/stream.json";
    }
}
