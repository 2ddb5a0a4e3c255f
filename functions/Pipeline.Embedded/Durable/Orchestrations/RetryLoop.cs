using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>Tries a task again after failures, as a policy or a handler says. It runs as part of the orchestrator.</summary>
internal static class RetryLoop
{
    public static async Task<T> RunAsync<T>(TaskOrchestrationContext context, Func<Task<T>> attempt, TaskRetryOptions options)
    {
        var begin = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e)
            {
                var elapsed = context.CurrentUtcDateTime - begin;
                if (options.Policy is { } policy)
                {
                    if (number >= policy.MaxNumberOfAttempts || IsOver(policy.RetryTimeout, elapsed) || !policy.Handles(e.FailureDetails))
                        throw;
                    await context.CreateTimer(Pause(policy, number), CancellationToken.None);
                }
                else if (!await options.Handler!(new RetryContext(context, number, e.FailureDetails, elapsed, CancellationToken.None)))
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The pause after the attempt of this number, from 1.</summary>
    private static TimeSpan Pause(RetryPolicy policy, int attempt)
    {
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }

    private static bool IsOver(TimeSpan timeout, TimeSpan elapsed) => timeout != Timeout.InfiniteTimeSpan && elapsed >= timeout;
}
