using System.Security.Cryptography;
using Pipeline.Grid.Applications;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Fetches what a task needs, each file once, a broken one from where it broke; nothing is used before its hash is right.</summary>
internal sealed class WorkFiles(GridClient client, VolunteerFolder folder, VolunteerSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Brings everything here.</summary>
    /// <param name="task">The task, which was found trustworthy.</param>
    /// <param name="needed">Hashes of the shared files that any task here needs.</param>
    /// <param name="cancellationToken">Stops; what has come is kept.</param>
    /// <exception cref="UntrustedWorkException">What came is not what was signed.</exception>
    public async Task<UnitPayload> FetchAsync(HeldTask task, IReadOnlySet<string> needed, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var work = task.Assignment;
            folder.Trim(settings.DiskBytes - work.SharedFiles.Sum(file => file.Length), needed);
            var paths = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in work.SharedFiles)
            {
                var path = folder.FilePath(file.Sha256);
                await FetchAsync(file.Path, path, file.Sha256, file.Length, cancellationToken);
                File.SetLastAccessTimeUtc(path, settings.Time.GetUtcNow().UtcDateTime);
                paths[file.Name] = path;
            }
            await FetchAsync(work.InputPath, task.InputPath, work.InputSha256, settings.MaxInputBytes, cancellationToken);
            return new UnitPayload(work.UnitName, await File.ReadAllBytesAsync(task.InputPath, cancellationToken), paths);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task FetchAsync(string from, string to, string sha256, long limit, CancellationToken cancellationToken)
    {
        if (File.Exists(to))
        {
            // It was right when it came; a disk may have spoilt it since.
            if (await HashAsync(to, cancellationToken) == sha256)
                return;
            File.Delete(to);
        }
        var part = to + ".part";
        var resumed = File.Exists(part);
        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            if (file.Length > limit)
                file.SetLength(0);
            await client.DownloadAsync(from, file, limit, cancellationToken);
            file.Flush(flushToDisk: true);
        }
        if (await HashAsync(part, cancellationToken) == sha256)
        {
            File.Move(part, to, overwrite: true);
            return;
        }
        File.Delete(part);
        // What was here before may be to blame: once more from the beginning.
        if (!resumed)
            throw new UntrustedWorkException($"'{from}' does not have the hash that was signed.");
        await FetchAsync(from, to, sha256, limit, cancellationToken);
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
