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

    [Fact]
    public void Disposed_FiresNobody()
    {
        Add(1, 1);
        queue.Dispose();
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(fired);
    }

    private IDisposable Add(int seconds, int mark) => queue.Add(time.GetUtcNow().UtcDateTime.AddSeconds(seconds), () => fired.Add(mark));
}
