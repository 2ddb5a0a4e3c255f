using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// Runs one blob function for every new or changed object that its path matches, once per version. Listings find them; in a
/// directory store, the file system says when to look. A version whose function fails five times is given up, recorded, and
/// holds nothing else back.
/// </summary>
internal sealed class BlobListener(
    HostedFunction function,
    TriggerRunner runner,
    TriggerState state,
    IObjectStore store,
    TimeProvider time,
    ILogger<BlobListener> logger) : ITriggerListener
{
    public const int MaxAttempts = 5;

    /// <summary>The container that records what was given up.</summary>
    public const string PoisonContainer = "webjobs-blobtrigger-poison";

    private const int MaxConcurrent = 8;

    // A file of this age or less may still be being written by a program that does not rename it into place.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_directoryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_blobPause = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    private readonly BlobPathPattern _pattern = ((BlobTriggerBinding)function.Trigger).Pattern;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _slots = new(MaxConcurrent);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BlobReceipt> _receipts = new(StringComparer.Ordinal);
    private DirectoryWatch? _watch;
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, receipt) in state.Receipts(function.Name, _pattern.Container)) _receipts[path] = receipt;
        _watch = DirectoryWatch.Of(store, _pattern);
        _loop = Task.Run(ListenAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await Task.WhenAll(_running.Values);
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _stopping.Dispose();
        _slots.Dispose();
    }

    private async Task ListenAsync()
    {
        var failing = false;
        var before = TimeSpan.Zero;
        while (!_stopping.IsCancellationRequested)
        {
            // A look costs a listing, so that the pause grows with what it took: looking takes a fiftieth at most. The quicker of
            // two counts, since the first one connects to the store and others may meet with a busy moment.
            var started = Stopwatch.GetTimestamp();
            var settled = true;
            try
            {
                _watch?.Arm();
                settled = await LookAsync();
                failing = false;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Once per outage: the store may be away for long.
                if (!failing) logger.LogError(e, "{Function} cannot look for blobs in {Path}; trying again", function.Name, _pattern.Text);
                failing = true;
            }

            var shortest = !settled ? s_settleTime : store is DirectoryObjectStore ? s_directoryPause : s_blobPause;
            var took = Stopwatch.GetElapsedTime(started);
            var pause = TimeSpan.FromTicks(Math.Max(shortest.Ticks, 50 * Math.Min(took.Ticks, before.Ticks)));
            before = took;
            await PauseAsync(pause, settled);
        }
    }

    private async Task PauseAsync(TimeSpan pause, bool settled)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        // A file's age is told by the system's clock, and so is the pause until it is old enough.
        var delay = Task.Delay(pause, settled ? time : TimeProvider.System, done.Token);
        await (settled && _watch is not null ? Task.WhenAny(delay, _watch.ChangedAsync(done.Token)) : Task.WhenAny(delay));
        await done.CancelAsync();
    }

    /// <summary>Lists the objects and starts what is due.</summary>
    /// <returns>Whether all that was seen was old enough to be whole.</returns>
    private async Task<bool> LookAsync()
    {
        var settled = true;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in store.ListAsync(_pattern.Container, _pattern.Prefix, _stopping.Token))
        {
            if (_pattern.Match(found.Path) is not { } values) continue;
            seen.Add(found.Path);
            var receipt = _receipts.GetValueOrDefault(found.Path);
            if (_running.ContainsKey(found.Path) || (receipt?.Done == true && receipt.ETag == found.ETag)) continue;
            if (store is DirectoryObjectStore && IsFresh(found))
            {
                settled = false;
                continue;
            }

            var attempts = receipt?.ETag == found.ETag ? receipt.Attempts : 0;
            Begin(new BlobTriggerInput(found, values, store), attempts);
        }

        // What is gone is new when it comes again.
        foreach (var path in _receipts.Keys.Where(path => !seen.Contains(path) && !_running.ContainsKey(path)))
        {
            if (!_receipts.TryRemove(path, out _)) continue;
            state.DeleteReceipt(function.Name, _pattern.Container, path);
        }

        return settled;
    }

    // File times are the system's, whatever clock the app runs on.
    private static bool IsFresh(ObjectInfo found)
    {
        var age = TimeProvider.System.GetUtcNow() - found.LastModified;
        return age >= TimeSpan.Zero && age < s_settleTime;
    }

    private void Begin(BlobTriggerInput input, int attempts)
    {
        var path = input.Object.Path;
        // In the table before it starts, so that it cannot end before it is there.
        var ready = new TaskCompletionSource();
        _running[path] = RunAsync();
        ready.SetResult();

        async Task RunAsync()
        {
            await ready.Task;
            try
            {
                await HandleAsync(input, attempts);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // It is begun again at the next start.
            }
            catch (Exception e)
            {
                logger.LogError(e, "{Function} could not handle {Path}; it is tried again", function.Name, path);
            }
            finally
            {
                _running.TryRemove(path, out _);
                _watch?.Signal();
            }
        }
    }

    private async Task HandleAsync(BlobTriggerInput input, int attempts)
    {
        var found = input.Object;
        while (true)
        {
            // Waiting for another attempt takes no slot.
            if (attempts > 0)
                await Task.Delay(TimeSpan.FromSeconds(1 << Math.Min(attempts - 1, 4)), time, _stopping.Token);
            await _slots.WaitAsync(_stopping.Token);
            Exception? failure;
            try
            {
                // Replaced or deleted since it was seen: the next look finds what is there now.
                if ((await store.FindAsync(found.Container, found.Path, _stopping.Token))?.ETag != found.ETag) return;
                attempts++;
                Save(found, new BlobReceipt(found.ETag, attempts, Done: false));
                failure = await runner.RunAsync(function, input, $"{found.Container}/{found.Path}", _stopping.Token);
            }
            finally
            {
                _slots.Release();
            }

            if (runner.Abort.IsCancellationRequested && failure is not null)
            {
                // Cut short by the stop, which is not the blob's fault.
                Save(found, new BlobReceipt(found.ETag, attempts - 1, Done: false));
                return;
            }

            if (failure is not null && attempts < MaxAttempts) continue;
            if (failure is not null) await GiveUpAsync(input, attempts, failure);
            Save(found, new BlobReceipt(found.ETag, attempts, Done: true));
            return;
        }
    }

    private async Task GiveUpAsync(BlobTriggerInput input, int attempts, Exception failure)
    {
        var found = input.Object;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{found.Container}/{found.Path}|{found.ETag}")).AsSpan(0, 12));
        var record = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                FunctionId = function.Name,
                ContainerName = found.Container,
                BlobName = found.Path,
                found.ETag,
                Attempts = attempts,
                Error = failure.ToString(),
                GivenUpAt = time.GetUtcNow(),
            },
            s_json);
        var path = $"{function.Name}/{name}.json";
        await store.WriteAsync(PoisonContainer, path, new MemoryStream(record), WriteCondition.None, CancellationToken.None);
        logger.LogError(
            "{Function} failed {Attempts} times for {Path} and is not tried again until the blob changes. The last error is in {Record}",
            function.Name, attempts, $"{found.Container}/{found.Path}", $"{PoisonContainer}/{path}");
    }

    private void Save(ObjectInfo found, BlobReceipt receipt)
    {
        state.SaveReceipt(function.Name, found.Container, found.Path, receipt);
        _receipts[found.Path] = receipt;
    }
}
