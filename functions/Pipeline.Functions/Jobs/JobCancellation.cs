using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Tells a running task that its job was cancelled. An orchestration that is terminated does not reach the activities that
/// other instances run for it, so the word goes through a blob.</summary>
public sealed class JobCancellation : IAsyncDisposable
{
    /// <summary>How often a task looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cancelled;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _watch;

    private JobCancellation(IObjectStore store, string jobId, TimeProvider time, CancellationToken cancellationToken)
    {
        _cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _watch = WatchAsync(store, jobId, time);
    }

    /// <summary>Starts to watch; dispose it to stop.</summary>
    public static JobCancellation Watch(IObjectStore store, string jobId, TimeProvider time, CancellationToken cancellationToken) =>
        new(store, jobId, time, cancellationToken);

    /// <summary>Cancelled when the job is, or when the host stops.</summary>
    public CancellationToken Token => _cancelled.Token;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _watch;
        _done.Dispose();
        _cancelled.Dispose();
    }

    private async Task WatchAsync(IObjectStore store, string jobId, TimeProvider time)
    {
        try
        {
            // At once too: a host that was restarted may begin tasks before it hears that their orchestration was terminated.
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                if (!await IsMarkedAsync(store, jobId))
                    continue;
                await _cancelled.CancelAsync();
                return;
            }
            while (await timer.WaitForNextTickAsync(_done.Token));
        }
        catch (OperationCanceledException)
        {
            // The task has ended first.
        }
    }

    private async Task<bool> IsMarkedAsync(IObjectStore store, string jobId)
    {
        try
        {
            return await store.FindAsync(JobFiles.Container, JobFiles.Cancelled(jobId), _done.Token) is not null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false; // The store is away for a moment: no reason to fail a task that may be doing well. We look again.
        }
    }
}
