using System.Text.Json;

namespace Pipeline.Storage;

/// <summary>Reads objects that fit into memory: those that the app itself writes, or whose length was looked at before.</summary>
internal static class WholeObjects
{
    /// <summary>All bytes of an object.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public static async Task<byte[]> ReadAllAsync(this IObjectStore store, string container, string path, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(container, path, cancellationToken);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }

    /// <summary>What an object says as JSON.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    /// <exception cref="JsonException">It is something else.</exception>
    public static async Task<T> ReadJsonAsync<T>(this IObjectStore store, string container, string path, JsonSerializerOptions options, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(container, path, cancellationToken);
        return await JsonSerializer.DeserializeAsync<T>(stream, options, cancellationToken) ?? throw new JsonException($"{container}/{path} is empty.");
    }

    /// <summary>What an object says as JSON, and the version that says it; null where there is none.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static async Task<(T Value, string ETag)?> FindJsonAsync<T>(
        this IObjectStore store, string container, string path, JsonSerializerOptions? options, CancellationToken cancellationToken)
    {
        while (await store.FindAsync(container, path, cancellationToken) is { } found)
        {
            var bytes = new byte[found.Length];
            try
            {
                await store.ReadRangeAsync(container, path, 0, bytes, found.ETag, cancellationToken);
                return (JsonSerializer.Deserialize<T>(bytes, options) ?? throw new JsonException($"{container}/{path} is empty."), found.ETag);
            }
            catch (Exception e) when (e is ConditionFailedException or ObjectNotFoundException)
            {
                // It is written right now: read what came.
            }
        }
        return null;
    }

    /// <summary>All bytes of an object; null where there is none.</summary>
    public static async Task<byte[]?> TryReadAllAsync(this IObjectStore store, string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAllAsync(container, path, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }
}
