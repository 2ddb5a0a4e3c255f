using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pipeline.Grid.Log;
using Pipeline.Grid.State;

namespace Pipeline.Grid.Scheduling;

/// <summary>
/// Runs commands on one part of the grid, one commit for all that came while the last one was written. A command is answered when its
/// events are durable.
/// </summary>
internal sealed class GridShard : IAsyncDisposable
{
    // Commands of one commit: its object stays below a megabyte or two.
    private const int MostOfACommit = 2_000;

    // How often those who wait for work have the log looked at, for what other instances of the app commit.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<Command> _commands;
    private readonly LogWriter _writer;
    private readonly TimeProvider _time;
    private readonly GridWakeups _wakeups;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lazy<Task> _loop;
    private TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private long _workCame;
    private long _looked;

    public GridShard(CommitLog log, GridSettings settings, GridWakeups wakeups, TimeProvider time, ILogger logger)
    {
        (_time, _wakeups) = (time, wakeups);
        _writer = new LogWriter(log, time, logger);
        _commands = Channel.CreateBounded<Command>(new BoundedChannelOptions(settings.MaxPending) { SingleReader = true });
        _loop = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    /// <summary>Counts the times that work came up.</summary>
    public long WorkCame => Volatile.Read(ref _workCame);

    /// <summary>Commits so far, of all instances.</summary>
    public long Commits => _writer.Number;

    /// <summary>Decides on the state; the answer comes when what was decided is durable.</summary>
    /// <exception cref="GridRefusedException">Too many calls wait.</exception>
    public async Task<T> ExecuteAsync<T>(Func<GridTransaction, T> decide, CancellationToken cancellationToken)
    {
        _ = _loop.Value;
        var command = new Command<T>(decide, cancellationToken);
        if (!_commands.Writer.TryWrite(command))
            throw new GridRefusedException(GridRefusal.Busy, "The server has more calls in hand than it takes at a time. Try again in some seconds.");
        return await command.Answer;
    }

    /// <summary>Waits until there may be more work than at <paramref name="seen"/>.</summary>
    /// <returns>False where the time was up first.</returns>
    public async Task<bool> WaitForWorkAsync(long seen, TimeSpan time, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var work = Volatile.Read(ref _work).Task;
            if (WorkCame != seen)
                return true;
            var left = time - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                return false;
            try
            {
                await work.WaitAsync(left < LookEvery ? left : LookEvery, _time, cancellationToken);
            }
            catch (TimeoutException) when (left > LookEvery)
            {
                Look();
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _commands.Writer.TryComplete();
        await _stop.CancelAsync();
        if (_loop.IsValueCreated)
            await _loop.Value;
        await _writer.Snapshotting;
        _stop.Dispose();
    }

    // One of all that wait has the log looked at.
    private void Look()
    {
        var last = Volatile.Read(ref _looked);
        if (last != 0 && _time.GetElapsedTime(last) < LookEvery / 2 || Interlocked.CompareExchange(ref _looked, _time.GetTimestamp(), last) != last)
            return;
        _commands.Writer.TryWrite(new Command<bool>(_ => true, CancellationToken.None));
    }

    private async Task RunAsync()
    {
        var batch = new List<Command>();
        try
        {
            while (await _commands.Reader.WaitToReadAsync(_stop.Token))
            {
                batch.Clear();
                while (batch.Count < MostOfACommit && _commands.Reader.TryRead(out var command))
                {
                    if (!command.IsCancelled)
                        batch.Add(command);
                }
                await CommitAsync(batch);
            }
        }
        catch (OperationCanceledException)
        {
            // The app stops.
        }
        while (_commands.Reader.TryRead(out var late))
            batch.Add(late);
        foreach (var command in batch)
            command.Fail(new OperationCanceledException("The app is stopping."));
    }

    private async Task CommitAsync(List<Command> batch)
    {
        try
        {
            await _writer.CommitAsync(
                transaction =>
                {
                    foreach (var command in batch)
                        command.Decide(transaction);
                    Remember(transaction);
                },
                _stop.Token);
        }
        catch (Exception e)
        {
            foreach (var command in batch)
                command.Fail(e);
            return;
        }
        foreach (var job in _touched)
            _wakeups.Need(job);
        if (_writer.State.WorkCame != _workCame)
        {
            Volatile.Write(ref _workCame, _writer.State.WorkCame);
            Interlocked.Exchange(ref _work, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        foreach (var command in batch)
            command.Complete();
    }

    // Jobs whose validator or assimilator may have something to do.
    private void Remember(GridTransaction transaction)
    {
        _touched.Clear();
        foreach (var happened in transaction.Events)
        {
            var (job, unit) = happened switch
            {
                ResultReported e => (e.JobId, e.Unit),
                UnitFailed e => (e.JobId, e.Unit),
                UnitRetired e => (e.JobId, e.Unit),
                _ => (null, 0),
            };
            if (job is not null && !_touched.Contains(job) && IsDue(transaction.State, job, unit))
                _touched.Add(job);
        }
    }

    private static bool IsDue(GridState state, string jobId, int number) =>
        state.Units.Find(new Units.UnitKey(jobId, number)) is not { } unit || unit.AwaitsAssimilation || unit.AwaitsValidation(state.Jobs.Find(jobId)!.Setup.Policy.MinQuorum);

    private abstract class Command
    {
        public abstract bool IsCancelled { get; }

        public abstract void Decide(GridTransaction transaction);

        public abstract void Complete();

        public abstract void Fail(Exception e);
    }

    private sealed class Command<T>(Func<GridTransaction, T> decide, CancellationToken cancellationToken) : Command
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _decided;
        private Exception? _refused;

        public Task<T> Answer => _answer.Task.WaitAsync(cancellationToken);

        public override bool IsCancelled => cancellationToken.IsCancellationRequested;

        public override void Decide(GridTransaction transaction)
        {
            (_decided, _refused) = (default, null);
            try
            {
                _decided = decide(transaction);
            }
            catch (GridRefusedException e)
            {
                _refused = e;
            }
        }

        public override void Complete()
        {
            if (_refused is null)
                _answer.TrySetResult(_decided!);
            else
                _answer.TrySetException(_refused);
        }

        public override void Fail(Exception e) => _answer.TrySetException(e);
    }
}
