namespace Pipeline.Embedded.Durable;

/// <summary>Calls back when it is time; of one time, in the order of adding. Never early.</summary>
internal sealed class TimerQueue : IDisposable
{
    // A timer of the platform takes at most some 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly PriorityQueue<Action, (DateTime Due, long Order)> queue = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private DateTime armed = DateTime.MaxValue;
    private long order;
    private bool stopped;

    public TimerQueue(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public void Add(DateTime due, Action callback)
    {
        lock (queue)
        {
            queue.Enqueue(callback, (due, order++));
            if (due < armed)
                Arm();
        }
    }

    /// <summary>Calls nobody any more.</summary>
    public void Dispose()
    {
        lock (queue)
            stopped = true;
        timer.Dispose();
    }

    private void Fire()
    {
        var due = new List<Action>();
        lock (queue)
        {
            var now = Now;
            while (!stopped && queue.TryPeek(out var callback, out var next) && next.Due <= now)
            {
                queue.Dequeue();
                due.Add(callback);
            }

            Arm();
        }

        due.ForEach(callback => callback());
    }

    private void Arm()
    {
        if (stopped || !queue.TryPeek(out _, out var next))
        {
            armed = DateTime.MaxValue;
            return;
        }

        armed = next.Due;
        var wait = armed - Now;
        // Rounded up to whole milliseconds, or it would fire too early and again.
        var milliseconds = Math.Ceiling(Math.Clamp(wait.TotalMilliseconds, 0, LongestWait.TotalMilliseconds));
        timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
