namespace Microsoft.DurableTask;

/// <summary>How often, and after which pauses, a failed task is tried again.</summary>
public class RetryPolicy
{
    private readonly Func<TaskFailureDetails, bool> handleFailure = static _ => true;

    /// <param name="maxNumberOfAttempts">Attempts in all, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">The pause before the second attempt; more than zero.</param>
    /// <param name="backoffCoefficient">By what the pause grows with each attempt; at least 1.</param>
    /// <param name="maxRetryInterval">The longest pause. Default one hour.</param>
    /// <param name="retryTimeout">After what time no further attempt is made. Default never.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1.0))
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The coefficient must be at least 1.");
        ThrowIfShorter(maxRetryInterval, firstRetryInterval, nameof(maxRetryInterval));
        ThrowIfShorter(retryTimeout, firstRetryInterval, nameof(retryTimeout));

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = maxRetryInterval ?? TimeSpan.FromHours(1);
        RetryTimeout = retryTimeout ?? Timeout.InfiniteTimeSpan;
    }

    public int MaxNumberOfAttempts { get; }

    public TimeSpan FirstRetryInterval { get; }

    public double BackoffCoefficient { get; }

    public TimeSpan MaxRetryInterval { get; }

    public TimeSpan RetryTimeout { get; }

    /// <summary>Not used by the runtime: filter with <see cref="HandleFailure"/>.</summary>
    public Func<Exception, bool>? Handle { get; }

    /// <summary>Not used by the runtime: filter with <see cref="HandleFailure"/>.</summary>
    public Func<Exception, Task<bool>>? HandleAsync { get; set; }

    /// <summary>Says whether a failure is worth another attempt; all are, unless set.</summary>
    public Func<TaskFailureDetails, bool> HandleFailure
    {
        init => handleFailure = value ?? throw new ArgumentNullException(nameof(value));
    }

    internal bool Handles(TaskFailureDetails failure) => handleFailure(failure);

    private static void ThrowIfShorter(TimeSpan? value, TimeSpan first, string parameter)
    {
        if (value < first && value != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(parameter, value, $"The time must not be shorter than the first interval, {first}.");
    }
}
