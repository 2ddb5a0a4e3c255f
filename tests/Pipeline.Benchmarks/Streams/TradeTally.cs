using System.Diagnostics;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Counts the events that functions are through with.</summary>
/// <param name="expected">How many are to come.</param>
public sealed class TradeTally(long expected)
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;

    /// <summary>Ends when all have come.</summary>
    public Task Complete => _complete.Task;

    /// <summary>When the last came, by <see cref="Now"/>.</summary>
    public double CompletedAt { get; private set; }

    /// <summary>Seconds of a clock that all processes of the machine share.</summary>
    public static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>Counts events.</summary>
    /// <param name="count">How many.</param>
    public void Add(int count)
    {
        if (Interlocked.Add(ref _count, count) < expected) return;
        CompletedAt = Now;
        _complete.TrySetResult();
    }
}
