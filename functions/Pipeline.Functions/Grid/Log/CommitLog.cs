using System.Globalization;
using System.Security.Cryptography;
using Pipeline.Grid.State;
using Pipeline.Storage;

namespace Pipeline.Grid.Log;

/// <summary>
/// A numbered log of commits with snapshots, on any object store. Commit n is the object of that number, written only if it is absent:
/// the number is the lock, and who writes it second has lost.
/// </summary>
/// <remarks>Layout: <c>{shard}/log/{n}</c>, and <c>{shard}/snapshots/{n}</c> with the state after commit n, behind the SHA-256 of its
/// bytes. Two snapshots are kept at least, and the commits after the oldest.</remarks>
internal sealed class CommitLog(IObjectStore store, string shard)
{
    private const int KeptSnapshots = 2;

    // Commits go when a snapshot that covers them is as old: well after every writer that has not seen them has ceased to be fresh.
    private static readonly TimeSpan SweptAfter = TimeSpan.FromMinutes(10);

    /// <summary>The newest snapshot that is whole; number 0 and an empty state where there is none.</summary>
    public async Task<(long Number, GridState State)> ReadSnapshotAsync(CancellationToken cancellationToken)
    {
        foreach (var number in (await SnapshotsAsync(cancellationToken)).Reverse())
        {
            var bytes = await store.TryReadAllAsync(GridFiles.Container, SnapshotPath(number), cancellationToken);
            if (bytes is { Length: > SHA256.HashSizeInBytes } && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
                && LogJson.ReadSnapshot(bytes.AsSpan(SHA256.HashSizeInBytes)) is { } snapshot)
            {
                return (number, snapshot.ToState());
            }
        }
        return (0, new GridState());
    }

    /// <summary>The number of the newest snapshot; 0 where there is none.</summary>
    public async Task<long> NewestSnapshotAsync(CancellationToken cancellationToken) => await SnapshotsAsync(cancellationToken) is [.., var newest] ? newest : 0;

    /// <summary>A commit; null where it is not written yet.</summary>
    public async Task<Commit?> ReadAsync(long number, CancellationToken cancellationToken) =>
        await store.TryReadAllAsync(GridFiles.Container, CommitPath(number), cancellationToken) is { } bytes ? LogJson.ReadCommit(bytes, CommitPath(number)) : null;

    /// <summary>Writes a commit.</summary>
    /// <returns>False where another one of that number was there first.</returns>
    public async Task<bool> TryAppendAsync(long number, ReadOnlyMemory<byte> commit, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(GridFiles.Container, CommitPath(number), Streams(commit), WriteCondition.IfAbsent, cancellationToken);
            return true;
        }
        catch (ConditionFailedException)
        {
            return false;
        }
    }

    /// <summary>Takes a commit back that was written behind one's back (see <see cref="LogWriter"/>).</summary>
    public Task RemoveAsync(long number, CancellationToken cancellationToken) => store.DeleteAsync(GridFiles.Container, CommitPath(number), cancellationToken);

    /// <summary>Writes a snapshot, and removes what no reader needs any more.</summary>
    /// <param name="number">The commit that the snapshot is after.</param>
    /// <param name="snapshot">The state.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteSnapshotAsync(long number, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var body = LogJson.Write(snapshot);
        byte[] bytes = [.. SHA256.HashData(body), .. body];
        var written = await store.WriteAsync(GridFiles.Container, SnapshotPath(number), Streams(bytes), WriteCondition.None, cancellationToken);
        var snapshots = await store.ListAsync(GridFiles.Container, $"{shard}/snapshots/", cancellationToken).ToListAsync(cancellationToken);
        // By the store's own clock, whichever processes wrote them.
        if (snapshots.SkipLast(KeptSnapshots - 1).LastOrDefault(s => written.LastModified - s.LastModified > SweptAfter) is not { } covering)
            return;
        var oldest = NumberOf(covering.Path);
        await foreach (var commit in store.ListAsync(GridFiles.Container, $"{shard}/log/", cancellationToken))
        {
            if (NumberOf(commit.Path) > oldest)
                break;
            await store.DeleteAsync(GridFiles.Container, commit.Path, cancellationToken);
        }
        foreach (var old in snapshots.TakeWhile(s => s.Path != covering.Path))
            await store.DeleteAsync(GridFiles.Container, old.Path, cancellationToken);
    }

    private async Task<IReadOnlyList<long>> SnapshotsAsync(CancellationToken cancellationToken) =>
        await store.ListAsync(GridFiles.Container, $"{shard}/snapshots/", cancellationToken).Select(found => NumberOf(found.Path)).ToListAsync(cancellationToken);

    private static MemoryStream Streams(ReadOnlyMemory<byte> bytes) => new(bytes.ToArray(), writable: false);

    private string CommitPath(long number) => string.Create(CultureInfo.InvariantCulture, $"{shard}/log/{number:D12}");

    private string SnapshotPath(long number) => string.Create(CultureInfo.InvariantCulture, $"{shard}/snapshots/{number:D12}");

    private static long NumberOf(string path) => long.Parse(path.AsSpan(path.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
