using Pipeline.Storage;

namespace Pipeline.Grid.Volunteers;

/// <summary>The container of what must not be read by others: the project's private key and the hashes of tokens.</summary>
internal static class SecretContainer
{
    public const string Name = "grid-secrets";

    private const string Marker = "about.txt";

    /// <summary>Writes an object. Where objects are files, nobody but their owner may look into the folder, from before the first secret.</summary>
    public static async Task<ObjectInfo> WriteAsync(IObjectStore store, string path, ReadOnlyMemory<byte> content, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows() && store.LocalPath(Name, Marker) is null && await TryMarkAsync(store, cancellationToken) is { } marker)
            File.SetUnixFileMode(System.IO.Path.GetDirectoryName(marker)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var stream = new MemoryStream(content.ToArray());
        return await store.WriteAsync(Name, path, stream, condition, cancellationToken);
    }

    private static async Task<string?> TryMarkAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (store.Innermost() is BlobObjectStore or TwoAccountObjectStore)
            return null;
        using var text = new MemoryStream("The project's signing key, and the hashes of volunteers' tokens. Keep this to yourself.\n"u8.ToArray());
        await store.WriteAsync(Name, Marker, text, WriteCondition.None, cancellationToken);
        return store.LocalPath(Name, Marker);
    }
}
