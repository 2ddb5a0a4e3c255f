using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// The one thread that writes. It takes whatever has gathered while the last transaction was being written and commits it as one, so
/// that the cost of reaching the disk is shared. A transaction that fails for want of space or a fault of the disk is tried again
/// until it succeeds: work waits, nothing is lost.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private const int MaxCommitsPerTransaction = 5000;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly WriteSession session;
    private readonly ILogger logger;
    private readonly Thread thread;
    private readonly object gate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<Commit> queue = [];
    private long enqueued;
    private bool stopping;
    private volatile bool abandoned;
    private volatile TaskCompletionSource? stall;

    public StoreWriter(WriteSession session, ILogger logger)
    {
        this.session = session;
        this.logger = logger;
        thread = new Thread(Loop) { IsBackground = true, Name = "task hub writer" };
    }

    /// <summary>Ends once the disk takes writes again; completed as long as it does.</summary>
    public Task Writable => stall?.Task ?? Task.CompletedTask;

    /// <summary>How many commits were ever enqueued.</summary>
    public long Enqueued
    {
        get
        {
            lock (gate)
                return enqueued;
        }
    }

    public void Start() => thread.Start();

    public void Enqueue(Commit commit)
    {
        lock (gate)
        {
            if (!stopping)
            {
                enqueued++;
                queue.Add(commit);
                Monitor.Pulse(gate);
                return;
            }
        }

        commit.Failed(Stopped());
    }

    /// <param name="request">The commit, and what it answers.</param>
    /// <param name="cancellation">Ends the waiting; the commit itself may happen nevertheless.</param>
    public Task<T> EnqueueAsync<T>(Request<T> request, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Enqueue(request);
        return request.Task.WaitAsync(cancellation);
    }

    /// <summary>Ends when everything enqueued so far is on the disk.</summary>
    public Task FlushAsync() => EnqueueAsync(new Flush());

    /// <summary>Writes what is enqueued, then ends.</summary>
    public Task StopAsync()
    {
        Stop();
        return ended.Task;
    }

    /// <summary>Drops whatever is not committed, as the death of the process would.</summary>
    public Task AbandonAsync()
    {
        abandoned = true;
        Stop();
        return ended.Task;
    }

    public void Dispose() => session.Dispose();

    private void Stop()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.Pulse(gate);
        }
    }

    private void Loop()
    {
        var batch = new List<Commit>();
        while (Take(ref batch))
        {
            for (var start = 0; start < batch.Count; start += MaxCommitsPerTransaction)
                Write(batch.GetRange(start, Math.Min(MaxCommitsPerTransaction, batch.Count - start)));
            batch.Clear();
        }

        ended.SetResult();
    }

    private bool Take(ref List<Commit> batch)
    {
        lock (gate)
        {
            while (queue.Count == 0 && !stopping)
                Monitor.Wait(gate);
            (batch, queue) = (queue, batch);
            return batch.Count > 0;
        }
    }

    private void Write(List<Commit> batch)
    {
        while (!abandoned)
        {
            try
            {
                session.Transact(batch, () => abandoned);
            }
            catch (SqliteException e) when (IsTransient(e))
            {
                Stalled(e, batch.Count);
                continue;
            }
            catch (OperationCanceledException) when (abandoned)
            {
                break;
            }
            catch (Exception e) when (batch.Count > 1)
            {
                // One of them cannot be written: find out which, so that the others are not held up.
                logger.LogDebug(e, "A transaction of {Count} commits failed; writing them one by one.", batch.Count);
                batch.ForEach(commit => Write([commit]));
                return;
            }
            catch (Exception e)
            {
                logger.LogError(e, "{Commit} could not be written.", batch[0].GetType().Name);
                batch[0].Failed(e);
                return;
            }

            Recovered();
            foreach (var commit in batch)
                Acknowledge(commit);
            return;
        }

        batch.ForEach(commit => commit.Failed(Stopped()));
    }

    private static ObjectDisposedException Stopped() => new(nameof(TaskHub), "The task hub has stopped.");

    private void Acknowledge(Commit commit)
    {
        try
        {
            commit.Committed();
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Commit} was written, but could not be acted upon.", commit.GetType().Name);
        }
    }

    private void Stalled(SqliteException error, int count)
    {
        if (stall is null)
        {
            stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            logger.LogError(
                error,
                "The task hub cannot write to its disk ({Reason}). Work waits, nothing is lost. Free some space, or mend the disk: "
                + "{Count} commits are waiting and are tried again every {Pause} ms.",
                error.Message, count, RetryPause.TotalMilliseconds);
        }

        lock (gate)
        {
            // An enqueued commit wakes the thread too early, which does no harm.
            if (!abandoned)
                Monitor.Wait(gate, RetryPause);
        }
    }

    private void Recovered()
    {
        if (stall is not { } over)
            return;
        stall = null;
        logger.LogInformation("The task hub can write to its disk again and goes on.");
        over.SetResult();
    }

    /// <summary>Faults of the disk, not of the statement: FULL, IOERR, CANTOPEN, READONLY, BUSY, LOCKED, NOMEM.</summary>
    private static bool IsTransient(SqliteException e) => e.SqliteErrorCode is 13 or 10 or 14 or 8 or 5 or 6 or 7;

    private sealed class Flush : Request<bool>
    {
        public override void Apply(WriteSession session)
        {
        }

        protected override bool Accepted() => true;
    }
}
