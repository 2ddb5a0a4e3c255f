namespace Pipeline.Embedded.Durable;

/// <summary>
/// Where an orchestrator's code runs: one thread at a time, in turns, with every continuation brought back here. Code that comes back
/// from elsewhere, having awaited something that is not durable, is noticed and never resumed.
/// </summary>
internal sealed class TurnContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> queue = new();
    private readonly Scheduler scheduler;
    private readonly Action offTurn;
    private int owner;

    public TurnContext(Action offTurn)
    {
        this.offTurn = offTurn;
        scheduler = new Scheduler(this);
    }

    private bool IsCurrent => Volatile.Read(ref owner) == Environment.CurrentManagedThreadId;

    /// <summary>Whether the caller is the orchestrator's code, in its turn; if not, that is noted.</summary>
    public bool CheckCurrent()
    {
        if (!IsCurrent)
            offTurn();
        return IsCurrent;
    }

    /// <summary>Runs a turn. Tasks that the code starts or continues belong to it, too.</summary>
    public void Run(Action turn)
    {
        owner = Environment.CurrentManagedThreadId;
        var previous = Current;
        try
        {
            SetSynchronizationContext(this);
            var task = new Task(turn);
            task.RunSynchronously(scheduler);
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(previous);
            Volatile.Write(ref owner, 0);
        }
    }

    /// <summary>Runs what the turn has queued, until nothing is left to run.</summary>
    public void Drain()
    {
        while (queue.TryDequeue(out var next))
            next.Callback(next.State);
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (CheckCurrent())
            queue.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (CheckCurrent())
            d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    private sealed class Scheduler(TurnContext turn) : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => turn.Post(_ => TryExecuteTask(task), null);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
            turn.IsCurrent && !taskWasPreviouslyQueued && TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
