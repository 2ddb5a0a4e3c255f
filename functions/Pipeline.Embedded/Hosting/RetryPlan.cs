using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

/// <summary>What a retry attribute says: how often a function is tried again, and after how long.</summary>
/// <param name="MaxRetries">How often; -1 for without end.</param>
/// <param name="First">The wait before the first retry.</param>
/// <param name="Longest">What waits, which double from one to the next, do not exceed.</param>
internal sealed record RetryPlan(int MaxRetries, TimeSpan First, TimeSpan Longest)
{
    /// <summary>The plan of a method; null if it has no retry attribute.</summary>
    /// <exception cref="EmbeddedHostException">The attribute does not say what it should.</exception>
    public static RetryPlan? Of(MethodInfo method, TriggerKind kind, string where)
    {
        var attribute = method.GetCustomAttribute<RetryAttribute>();
        if (attribute is null) return null;
        if (kind is not (TriggerKind.Timer or TriggerKind.EventHub))
            throw FunctionCatalog.Fault(where, $"it has a retry attribute, which a {kind} trigger does not heed. Remove it.");
        if (attribute.MaxRetryCount < -1)
            throw FunctionCatalog.Fault(where, "its retry attribute has a negative count; use -1 for retries without end.");
        return attribute switch
        {
            FixedDelayRetryAttribute fixedDelay =>
                Plan(Interval(fixedDelay.DelayInterval, where), Interval(fixedDelay.DelayInterval, where)),
            ExponentialBackoffRetryAttribute backoff =>
                Plan(Interval(backoff.MinimumInterval, where), Interval(backoff.MaximumInterval, where)),
            _ => throw FunctionCatalog.Fault(where, $"the embedded host does not know its retry attribute {attribute.GetType().Name}."),
        };

        RetryPlan Plan(TimeSpan first, TimeSpan longest) => new(attribute.MaxRetryCount, first, longest);
    }

    /// <summary>Whether there is another retry after so many.</summary>
    public bool Allows(int retries) => MaxRetries < 0 || retries < MaxRetries;

    /// <summary>The wait before the next retry after so many.</summary>
    public TimeSpan Delay(int retries)
    {
        var ticks = First.Ticks * Math.Pow(2, Math.Min(retries, 40));
        return ticks >= Longest.Ticks ? Longest : TimeSpan.FromTicks((long)ticks);
    }

    private static TimeSpan Interval(string text, string where) =>
        TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval >= TimeSpan.Zero
            ? interval
            : throw FunctionCatalog.Fault(where, $"its retry attribute has the interval '{text}'; write it as 00:00:05.");
}
