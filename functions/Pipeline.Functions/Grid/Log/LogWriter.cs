using Microsoft.Extensions.Logging;
using Pipeline.Grid.State;

namespace Pipeline.Grid.Log;

/// <summary>
/// Holds the state that a log makes, and commits transactions to it. Any number of writers may share a log: who loses the race for a
/// number reads what the winner wrote and decides again. One thread at a time may call a writer.
/// </summary>
/// <remarks>A writer that has not looked at the log for some minutes may be behind the oldest commit that is kept; the number that it
/// takes for the next one is free again then; while it is fresh, it cannot be. So it begins with the snapshots after such a pause, and a commit that took as long is
/// taken back if it turns out to be one of the past.</remarks>
internal sealed class LogWriter(CommitLog log, TimeProvider time, ILogger logger)
{
    // Commits between two snapshots: few enough to be read in a second, many enough that snapshots cost little.
    private const int CommitsPerSnapshot = 512;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);

    private long _number;
    private long _snapshot;
    private long _looked;
    private bool _opened;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public GridState State { get; private set; } = new();

    /// <summary>The snapshot that is being written.</summary>
    public Task Snapshotting { get; private set; } = Task.CompletedTask;

    /// <summary>The number of the last commit that is in the state.</summary>
    public long Number => _number;

    /// <summary>Reads what others have committed.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (!_opened || time.GetElapsedTime(_looked) > Fresh)
            await OpenAsync(cancellationToken);
        while (true)
        {
            var looked = time.GetTimestamp();
            if (await log.ReadAsync(_number + 1, cancellationToken) is not { } commit)
            {
                _looked = looked;
                return;
            }
            Apply(commit);
            _looked = looked;
        }
    }

    /// <summary>Decides on the state and makes the events durable.</summary>
    /// <param name="decide">Decides, again and again where others commit first. Its effects other than events must not last.</param>
    /// <param name="cancellationToken">Gives up; whether the commit has come about is open then.</param>
    public async Task CommitAsync(Action<GridTransaction> decide, CancellationToken cancellationToken)
    {
        if (!_opened || time.GetElapsedTime(_looked) > Fresh)
            await CatchUpAsync(cancellationToken);
        while (true)
        {
            State.Begin();
            try
            {
                var transaction = new GridTransaction(State, Now());
                decide(transaction);
                if (await TryCommitAsync(transaction.Events, cancellationToken))
                {
                    State.Commit();
                    break;
                }
                State.Undo();
            }
            catch
            {
                // Whether it was written is unknown. If it was, it is the next commit to be read.
                State.Undo();
                _opened = false;
                throw;
            }
            await CatchUpAsync(cancellationToken);
        }
        BeginSnapshot();
    }

    // With nothing to write, what was decided must still hold: no other commit may have come.
    private async Task<bool> TryCommitAsync(IReadOnlyList<GridEvent> events, CancellationToken cancellationToken)
    {
        var looked = time.GetTimestamp();
        if (events.Count == 0)
        {
            var next = await log.ReadAsync(_number + 1, cancellationToken);
            _looked = next is null ? looked : _looked;
            return next is null;
        }
        var commit = new Commit(Guid.NewGuid(), events);
        if (!await WriteAsync(commit, cancellationToken))
            return false;
        if (time.GetElapsedTime(_looked) > Fresh && await log.NewestSnapshotAsync(cancellationToken) > _number)
        {
            await log.RemoveAsync(_number + 1, cancellationToken);
            return false;
        }
        _looked = looked;
        _number++;
        return true;
    }

    private async Task<bool> WriteAsync(Commit commit, CancellationToken cancellationToken)
    {
        try
        {
            if (await log.TryAppendAsync(_number + 1, LogJson.Write(commit), cancellationToken))
                return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The answer may be lost, and the commit written.
            if ((await log.ReadAsync(_number + 1, cancellationToken))?.Id == commit.Id)
                return true;
            throw;
        }
        // A client that tries again by itself finds its own first attempt there.
        return (await log.ReadAsync(_number + 1, cancellationToken))?.Id == commit.Id;
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var looked = time.GetTimestamp();
        var newest = await log.NewestSnapshotAsync(cancellationToken);
        if (newest > _number && await log.ReadSnapshotAsync(cancellationToken) is var (number, state) && number > _number)
            (_number, State) = (number, state);
        _snapshot = Math.Max(_snapshot, newest);
        (_opened, _looked) = (true, looked);
    }

    private void Apply(Commit commit)
    {
        foreach (var happened in commit.Events)
            State.Apply(happened);
        _number++;
    }

    // Clocks of several hosts may differ, and be set back; a job's own time does not go back.
    private DateTimeOffset Now()
    {
        var now = time.GetUtcNow();
        return _last = now > _last ? now : _last;
    }

    private void BeginSnapshot()
    {
        if (_number - _snapshot < CommitsPerSnapshot || !Snapshotting.IsCompleted)
            return;
        _snapshot = _number;
        var (number, snapshot) = (_number, Snapshot.Of(State));
        Snapshotting = Task.Run(() => WriteSnapshotAsync(number, snapshot));
    }

    // Nobody waits for a snapshot, and the log is whole without it: one that cannot be written is left to the next.
    private async Task WriteSnapshotAsync(long number, Snapshot snapshot)
    {
        try
        {
            await log.WriteSnapshotAsync(number, snapshot, CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "Snapshot {Number} of the grid's log could not be written. It is tried again after {Commits} more commits.", number, CommitsPerSnapshot);
        }
    }
}
