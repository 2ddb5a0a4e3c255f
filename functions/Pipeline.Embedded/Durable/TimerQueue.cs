namespace Pipeline.Embedded.Durable;

/// <summary>Calls back when it is time; of one time, in the order of adding. Never early.</summary>
internal sealed class TimerQueue : IDisposable
{
    // A timer of the platform stands still while a laptop sleeps, and does not see the clock being set: so the clock is looked at often.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private const int FewCancelled = 1000;

    private readonly PriorityQueue<Entry, (DateTime Due, long Order)> queue = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private DateTime armed = DateTime.MaxValue;
    private long order;
    private int cancelled;
    private bool stopped;

    public TimerQueue(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <returns>What cancels the timer when it is disposed of.</returns>
    public IDisposable Add(DateTime due, Action callback)
    {
        var entry = new Entry(this, callback);
        lock (queue)
        {
            queue.Enqueue(entry, (due, order++));
            if (due < armed)
                Arm();
        }

        return entry;
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
            while (!stopped && queue.TryPeek(out var entry, out var next) && next.Due <= now)
            {
                queue.Dequeue();
                if (entry.Callback is { } callback)
                    due.Add(callback);
                else
                    cancelled--;
                entry.Callback = null;
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

    private void Cancel(Entry entry)
    {
        lock (queue)
        {
            if (entry.Callback is null)
                return;
            entry.Callback = null;
            // They leave when they are due, or all at once when they are the most.
            if (++cancelled > FewCancelled && cancelled > queue.Count / 2)
            {
                var left = queue.UnorderedItems.Where(item => item.Element.Callback is not null).ToArray();
                queue.Clear();
                queue.EnqueueRange(left);
                cancelled = 0;
            }
        }
    }

    private sealed class Entry(TimerQueue owner, Action callback) : IDisposable
    {
        public Action? Callback { get; set; } = callback;

        public void Dispose() => owner.Cancel(this);
    }
}
