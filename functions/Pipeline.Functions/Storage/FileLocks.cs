using System.Globalization;

namespace Pipeline.Storage;

/// <summary>
/// Locks by name between all threads and processes of a machine. A lock is a file held open; the system frees it with its
/// process, so a killed process leaves none behind.
/// </summary>
/// <remarks>A fixed number of files shares out all names: deleting lock files would race with those that wait for them.</remarks>
internal sealed class FileLocks(string directory)
{
    private const int Stripes = 256;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(16);

    private readonly SemaphoreSlim?[] _stripes = new SemaphoreSlim?[Stripes];

    /// <summary>Waits for a name's lock; disposing the result frees it.</summary>
    public async Task<IDisposable> AcquireAsync(string name, CancellationToken ct)
    {
        // Without regard to case, for file systems where names that differ only in case are one file.
        var stripe = (int)(Fnv(name.ToUpperInvariant()) % Stripes);
        // Threads of this store queue here, so that only processes contend for the file.
        var semaphore = LazyInitializer.EnsureInitialized(ref _stripes[stripe], () => new SemaphoreSlim(1, 1));
        await semaphore.WaitAsync(ct);
        try
        {
            var file = Path.Combine(directory, stripe.ToString("x2", CultureInfo.InvariantCulture));
            return new Held(await OpenAsync(file, ct), semaphore);
        }
        catch
        {
            semaphore.Release();
            throw;
        }
    }

    private static async Task<FileStream> OpenAsync(string file, CancellationToken ct)
    {
        for (var wait = TimeSpan.FromMilliseconds(1); ; wait = wait * 2 < s_longestWait ? wait * 2 : s_longestWait)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            // .NET looks for the folder only after the opening has failed: where another thread makes it in between, the lock
            // file is called missing although it would have been made.
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            }
            catch (IOException e) when (IsHeld(e))
            {
                // The holder is another process, which no clock of ours can be told to advance: wait in real time.
                await Task.Delay(wait, ct);
            }
        }
    }

    private static bool IsHeld(IOException e) => OperatingSystem.IsWindows()
        ? (uint)e.HResult == 0x80070020
        : e.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    // string.GetHashCode differs from process to process.
    private static uint Fnv(string text) =>
        text.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));

    private sealed class Held(FileStream file, SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            semaphore.Release();
        }
    }
}
