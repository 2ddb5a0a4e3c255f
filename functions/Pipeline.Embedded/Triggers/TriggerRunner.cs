using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Triggers;

/// <summary>Runs a function for a trigger that has nobody to answer to, and logs how it went.</summary>
internal sealed class TriggerRunner(
    FunctionInvoker invoker, TimeProvider time, ILogger<TriggerRunner> logger, CancellationToken abort)
{
    /// <summary>Cancelled when a stop has waited long enough.</summary>
    public CancellationToken Abort => abort;

    /// <summary>Runs a function, and again as its retry attribute says.</summary>
    /// <param name="function">The function.</param>
    /// <param name="triggerData">What its trigger hands over.</param>
    /// <param name="reason">What set it off, for the log.</param>
    /// <param name="stopping">Ends the waiting for another attempt.</param>
    /// <param name="cancelled">The function's own token; by default <see cref="Abort"/>.</param>
    /// <returns>Null, or what the last attempt threw.</returns>
    public async Task<Exception?> RunAsync(
        HostedFunction function, object triggerData, object reason, CancellationToken stopping, CancellationToken? cancelled = null)
    {
        for (var retries = 0; ; retries++)
        {
            var failure = await TryAsync(function, triggerData, reason, retries, cancelled ?? abort);
            if (failure is null || function.Retry is not { } retry || !retry.Allows(retries) || stopping.IsCancellationRequested)
                return failure;
            try
            {
                await Task.Delay(retry.Delay(retries), time, stopping);
            }
            catch (OperationCanceledException)
            {
                return failure;
            }
        }
    }

    private async Task<Exception?> TryAsync(HostedFunction function, object triggerData, object reason, int retries, CancellationToken cancelled)
    {
        var level = function.Trigger.IsFrequent ? LogLevel.Debug : LogLevel.Information;
        var logs = logger.IsEnabled(level);
        try
        {
            if (logs) logger.Log(level, "{Function} starts: {Reason}", function.Name, reason);
            await invoker.InvokeAsync(function, triggerData, cancelled, prepare: context => context.Retries = retries);
            if (logs) logger.Log(level, "{Function} has ended: {Reason}", function.Name, reason);
            return null;
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Function} failed: {Reason}", function.Name, reason);
            return e;
        }
    }
}
