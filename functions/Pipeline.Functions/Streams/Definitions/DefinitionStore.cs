using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps the definitions of streams.</summary>
internal sealed class DefinitionStore(IObjectStore store)
{
    private const string Container = "streams";
    private const string Present = "stream.json";
    private const string Removed = "removed.json";

    /// <summary>All streams and the versions of their definitions, by name.</summary>
    public async Task<IReadOnlyList<(string Name, string ETag)>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<(string, string)>();
        await foreach (var file in store.ListAsync(Container, "", cancellationToken))
        {
            if (file.Path.Split('/') is [var name, Present])
                names.Add((name, file.ETag));
        }
        return names;
    }

    /// <summary>A definition and its version; null where there is none.</summary>
    public Task<(StreamDefinition Definition, string ETag)?> FindAsync(string name, CancellationToken cancellationToken) =>
        store.FindJsonAsync<StreamDefinition>(Container, PathOf(name), Responses.Json, cancellationToken);

    /// <summary>Writes a definition.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="etag">The version that it replaces; null where there must be none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ConditionFailedException">Somebody else was faster.</exception>
    public Task<ObjectInfo> WriteAsync(StreamDefinition definition, string? etag, CancellationToken cancellationToken) => store.WriteAsync(
        Container, PathOf(definition.Name), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(definition, Responses.Json)),
        etag is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(etag), cancellationToken);

    /// <summary>Removes a definition. Its generation is remembered: names and ids are made of generations, and receivers know them.</summary>
    /// <returns>False where somebody else has removed it.</returns>
    public async Task<bool> DeleteAsync(StreamDefinition definition, CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            Container, PathOf(definition.Name, Removed), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(definition.Generation)), WriteCondition.None, cancellationToken);
        return await store.DeleteAsync(Container, PathOf(definition.Name), cancellationToken);
    }

    /// <summary>The last generation of the stream that had this name before; 0 for none.</summary>
    public async Task<int> LastGenerationAsync(string name, CancellationToken cancellationToken) =>
        await store.FindJsonAsync<int>(Container, PathOf(name, Removed), null, cancellationToken) is var (generation, _) ? generation : 0;

    private static string PathOf(string name, string file = Present)
    {
        ObjectName.CheckSegment(name);
        return $"{name}/{file}";
    }
}
