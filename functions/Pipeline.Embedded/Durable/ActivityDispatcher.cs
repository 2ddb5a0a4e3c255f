using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>Runs activities, so many at once, first come first served.</summary>
internal sealed class ActivityDispatcher(TaskHubServices hub) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<(OrchestrationInstance Instance, ActivityScheduled Activity)> queue = new();
    private readonly CancellationTokenSource cancellation = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int workers;
    private volatile bool stopping;

    /// <summary>How many are running, or about to.</summary>
    public int Running => Volatile.Read(ref workers);

    public void Enqueue(OrchestrationInstance instance, ActivityScheduled activity)
    {
        queue.Enqueue((instance, activity));
        Engage();
    }

    /// <summary>Begins no more activities, and waits for those that run.</summary>
    /// <param name="cancellationToken">
    /// Then they are cancelled, and will run again after the next start; those that do not heed it for five seconds are left behind.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        stopping = true;
        if (Volatile.Read(ref workers) == 0)
            return;
        try
        {
            await idle.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await cancellation.CancelAsync();
            await idle.Task.WaitAsync(Grace, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cancels what runs; its outcome is of no interest any more.</summary>
    public void Abandon()
    {
        stopping = true;
        cancellation.Cancel();
    }

    public void Dispose()
    {
        // Only when nobody can look at the token any more.
        if (Running == 0)
            cancellation.Dispose();
    }

    private void Engage()
    {
        var count = Volatile.Read(ref workers);
        while (count < hub.Options.MaxConcurrentActivities)
        {
            var seen = Interlocked.CompareExchange(ref workers, count + 1, count);
            if (seen == count)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static dispatcher => _ = dispatcher.WorkAsync(), this, preferLocal: false);
                return;
            }

            count = seen;
        }
    }

    private async Task WorkAsync()
    {
        while (!stopping && queue.TryDequeue(out var next))
        {
            // While nothing can be written, nothing is begun whose outcome would be lost with the process.
            await hub.Writer.Writable;
            if (next.Instance.WantsActivities)
                await RunAsync(next.Instance, next.Activity);
        }

        var left = Interlocked.Decrement(ref workers);
        if (stopping && left == 0)
            idle.TrySetResult();
        else if (!queue.IsEmpty)
            Engage();
    }

    private async Task RunAsync(OrchestrationInstance instance, ActivityScheduled activity)
    {
        if (hub.Logger.IsEnabled(LogLevel.Trace))
            hub.Logger.LogTrace("Activity '{Name}' of '{Id}' begins (task {TaskId}).", activity.Name, instance.Info.Id, activity.TaskId);
        HistoryEvent outcome;
        try
        {
            if (!hub.Functions.HasActivity(activity.Name))
                outcome = new TaskFailed(hub.Now, activity.TaskId, Unknown(activity.Name));
            else
            {
                var result = await hub.Functions.RunActivityAsync(activity.Name, instance.Info.Id, activity.Input, cancellation.Token);
                outcome = new TaskCompleted(
                    hub.Now, activity.TaskId, hub.Payloads.Checked(result, $"output of activity '{activity.Name}'"));
            }
        }
        catch (Exception e) when (cancellation.IsCancellationRequested)
        {
            // Whatever it makes of being cut short is no outcome: it runs again after the next start.
            hub.Logger.LogDebug(e, "Activity '{Name}' of '{Id}' was cut short.", activity.Name, instance.Info.Id);
            return;
        }
        catch (Exception e)
        {
            hub.Logger.LogDebug(e, "Activity '{Name}' of '{Id}' failed.", activity.Name, instance.Info.Id);
            outcome = new TaskFailed(hub.Now, activity.TaskId, TaskFailureDetails.FromException(e));
        }

        hub.Writer.Enqueue(new Arrival(hub, instance.Info, outcome));
    }

    private static TaskFailureDetails Unknown(string name) => new(
        "ActivityTaskNotFound", $"The function '{name}' doesn't exist, is disabled, or is not an activity function.", null, null, null);
}
