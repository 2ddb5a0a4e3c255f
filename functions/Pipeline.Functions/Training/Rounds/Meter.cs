using System.Diagnostics;

namespace Pipeline.Training;

/// <summary>Where the time of a task goes.</summary>
internal sealed class Meter
{
    private double _computeMs;
    private double _exchangeMs;
    private double _waitMs;

    public long BytesSent { get; set; }

    public long BytesReceived { get; set; }

    public int Rebuilt { get; set; }

    public RoundReport Report => new(ComputeMs: _computeMs, ExchangeMs: _exchangeMs, WaitMs: _waitMs, BytesSent: BytesSent, BytesReceived: BytesReceived, Rebuilt: Rebuilt);

    public T Compute<T>(Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = work();
        _computeMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return result;
    }

    public void Compute(Action work) => Compute(() =>
    {
        work();
        return true;
    });

    public T Exchange<T>(Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = work();
        _exchangeMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return result;
    }

    public async Task<T> ExchangeAsync<T>(Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await work();
        _exchangeMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return result;
    }

    public Task ExchangeAsync(Func<Task> work) => ExchangeAsync(async () =>
    {
        await work();
        return true;
    });

    public async Task<T> WaitAsync<T>(Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await work();
        _waitMs += Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return result;
    }
}
