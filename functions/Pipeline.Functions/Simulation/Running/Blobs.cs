using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Simulation.Running;

/// <summary>Small whole blobs of a job's own.</summary>
internal static class Blobs
{
    public static Task<byte[]?> TryReadAsync(this IObjectStore store, string path, CancellationToken cancellationToken) =>
        store.TryReadAllAsync(JobFiles.Container, path, cancellationToken);

    public static Task WriteAsync(this IObjectStore store, string path, byte[] bytes, CancellationToken cancellationToken) =>
        store.WriteAsync(JobFiles.Container, path, new MemoryStream(bytes), WriteCondition.None, cancellationToken);

    /// <summary>Removes the blobs below a folder whose paths come before <paramref name="before"/> in ordinal order, all where that is
    /// null; but for those below <paramref name="keep"/>.</summary>
    public static async Task RemoveAsync(this IObjectStore store, string folder, string? before, CancellationToken cancellationToken, string? keep = null)
    {
        await foreach (var blob in store.ListAsync(JobFiles.Container, folder, cancellationToken))
        {
            if (before is not null && string.CompareOrdinal(blob.Path, before) >= 0)
                return;
            if (keep is null || !blob.Path.StartsWith(keep, StringComparison.Ordinal))
                await store.DeleteAsync(JobFiles.Container, blob.Path, cancellationToken);
        }
    }
}
