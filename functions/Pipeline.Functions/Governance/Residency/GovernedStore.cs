using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>The store as rooms see it: every opening and writing of datasets, models and results asks the rules first, and the audit log
/// only grows.</summary>
internal sealed class GovernedStore(IObjectStore inner, ResidencyRules rules) : IObjectStore, IObjectStoreLayer
{
    public IObjectStore Inner => inner;

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => inner.ListAsync(container, prefix, ct);

    public async Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct)
    {
        if (SubjectOf(container, path) is { } subject)
            await rules.EnsureReadAsync(subject, ct);
        return await inner.OpenReadAsync(container, path, ct);
    }

    public async Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        if (SubjectOf(container, path) is { } subject)
            await rules.EnsureReadAsync(subject, ct);
        return await inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);
    }

    public async Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        KeepAudit(container);
        if (SubjectOf(container, path) is { } subject)
            await rules.EnsureWriteAsync(subject, ct);
        return await inner.WriteAsync(container, path, content, condition, ct);
    }

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct)
    {
        KeepAudit(container);
        return inner.DeleteAsync(container, path, ct);
    }

    public string? LocalPath(string container, string path)
    {
        if (inner.LocalPath(container, path) is not { } local)
            return null;
        // Only a store on this machine's own disk has local paths, so that nobody waits for a network here.
        if (SubjectOf(container, path) is { } subject)
            rules.EnsureReadAsync(subject, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return local;
    }

    private static string? SubjectOf(string container, string path) =>
        container is DatasetFolders.Container or "models" or "results" && path.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 ? $"{container}/{path[..slash]}" : null;

    private static void KeepAudit(string container)
    {
        if (container == AuditLog.Container)
            throw new InvalidOperationException("The audit log is written by nobody but itself.");
    }
}
