using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// Runs one timer function when it is due. Runs never overlap: an occurrence that comes while one is running is skipped. A
/// failed run is logged, and the next occurrence comes as if it had not failed.
/// </summary>
internal sealed class TimerListener(
    HostedFunction function, TriggerRunner runner, TriggerState state, TimeProvider time, ILogger<TimerListener> logger)
    : ITriggerListener
{
    // What Task.Delay takes ends at 49 days, and a clock may be set meanwhile.
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);

    private readonly TimerTriggerBinding _timer = (TimerTriggerBinding)function.Trigger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var status = Load(now);
        // The loop begins here, up to its first wait, so that a clock moved on after the start finds the timer armed.
        _loop = RunAsync(status, now);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(TimerStatus status, DateTimeOffset started)
    {
        try
        {
            var missed = _timer.UseMonitor && status.Next <= started;
            if (missed || _timer.RunOnStartup)
            {
                await Task.Yield(); // The host's start does not wait for the function.
                status = await FireAsync(status, missed);
            }

            while (true)
            {
                await WaitUntilAsync(status.Next);
                status = await FireAsync(status, isPastDue: false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while waiting.
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due)
    {
        for (var left = due - time.GetUtcNow(); left > TimeSpan.Zero; left = due - time.GetUtcNow())
            await Task.Delay(left < s_longestDelay ? left : s_longestDelay, time, _stopping.Token);
        _stopping.Token.ThrowIfCancellationRequested();
    }

    private async Task<TimerStatus> FireAsync(TimerStatus status, bool isPastDue)
    {
        if (isPastDue)
            logger.LogInformation("{Function} was due at {Due:u} and runs now", function.Name, status.Next);
        var info = new TimerInfo
        {
            IsPastDue = isPastDue,
            ScheduleStatus = !_timer.UseMonitor ? null : new ScheduleStatus
            {
                Last = status.Last.UtcDateTime,
                Next = status.Next.UtcDateTime,
                LastUpdated = status.LastUpdated.UtcDateTime,
            },
        };
        await runner.RunAsync(function, info, _timer.Detail, _stopping.Token);

        var now = time.GetUtcNow();
        var ran = status.Next <= now ? status.Next : now;
        var next = new TimerStatus(ran, _timer.Schedule.Next(now), now);
        try
        {
            Save(next);
        }
        catch (SqliteException e)
        {
            // A timer that ended for a disk that is full would stand still until the next start.
            logger.LogError(e, "{Function} has run, which cannot be written down: a restart takes it for missed", function.Name);
        }

        return next;
    }

    private TimerStatus Load(DateTimeOffset now)
    {
        var saved = _timer.UseMonitor ? state.Timer(function.Name) : null;
        // A next run that the schedule would not have given from then is another schedule's.
        if (saved is not null && saved.Next == _timer.Schedule.Next(saved.LastUpdated)) return saved;
        var first = new TimerStatus(DateTimeOffset.MinValue, _timer.Schedule.Next(now), now);
        Save(first);
        return first;
    }

    private void Save(TimerStatus status)
    {
        if (_timer.UseMonitor) state.SaveTimer(function.Name, status);
    }
}
