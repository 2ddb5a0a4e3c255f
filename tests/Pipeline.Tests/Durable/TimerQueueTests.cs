using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class TimerQueueTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly TimerQueue queue;
    private readonly List<int> fired = [];

    public TimerQueueTests() => queue = new TimerQueue(time);

    public void Dispose() => queue.Dispose();

    [Fact]
    public void SameTime_FireInTheOrderOfAdding()
    {
        foreach (var i in Enumerable.Range(0, 5))
            Add(1, i);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0, 1, 2, 3, 4], fired);
    }

    [Fact]
    public void LaterThenSooner_TheSoonerFiresFirst()
    {
        Add(10, 10);
        Add(5, 5);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([5], fired);
    }

    [Fact]
    public void BetweenTwoMilliseconds_DoesNotFireEarly()
    {
        queue.Add(time.GetUtcNow().UtcDateTime.AddTicks(5), () => fired.Add((int)(time.GetUtcNow() - time.Start).Ticks));
        time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.All(fired, ticks => Assert.InRange(ticks, 5, int.MaxValue));
        Assert.Single(fired);
    }

    [Fact]
    public void Cancelled_NeverFire()
    {
        var timers = Enumerable.Range(0, 5000).Select(i => (i, timer: Add(1 + i, i))).ToList();
        foreach (var (_, timer) in timers.Where(pair => pair.i % 1000 != 0))
            timer.Dispose();
        time.Advance(TimeSpan.FromSeconds(5000));
        Assert.Equal([0, 1000, 2000, 3000, 4000], fired);
    }

    // As when a laptop was asleep: the clock went on, the timers of the platform did not.
    [Fact]
    public void ClockThatJumps_IsSeenWithinAMinute()
    {
        var asleep = new AsleepTime(time);
        using var jumping = new TimerQueue(asleep);
        jumping.Add(asleep.GetUtcNow().UtcDateTime.AddHours(2), () => fired.Add(2));
        asleep.Sleep(TimeSpan.FromHours(3));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([2], fired);
    }

    [Fact]
    public void Disposed_FiresNobody()
    {
        Add(1, 1);
        queue.Dispose();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(fired);
    }

    private sealed class AsleepTime(TimeProvider awake) : TimeProvider
    {
        private TimeSpan slept;

        public void Sleep(TimeSpan span) => slept += span;

        public override DateTimeOffset GetUtcNow() => awake.GetUtcNow() + slept;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            awake.CreateTimer(callback, state, dueTime, period);
    }

    private IDisposable Add(int seconds, int mark) => queue.Add(time.GetUtcNow().UtcDateTime.AddSeconds(seconds), () => fired.Add(mark));
}
