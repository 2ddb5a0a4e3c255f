using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// One execution of an orchestrator function, alive in memory. It is fed the events of its history, in order, and says what the
/// function asked for. Fed the same events again, it must ask for the same again: what was recorded is compared.
/// </summary>
internal sealed class OrchestrationExecution
{
    private readonly ExecutionEnvironment environment;
    private readonly IActionLog recorded;
    private readonly TurnContext turn;
    private readonly OrchestrationContext context;
    private readonly Dictionary<int, PendingTask> open = [];
    private readonly Queue<HistoryEvent> held = new();
    private readonly EventBuffer events = new();
    private readonly List<int> cancelledTimers = [];
    private List<ScheduledAction> actions = [];
    private Task<object?>? orchestrator;
    private ContinueAsNewOptions? next;
    private string? nextInput;
    private Exception? fatal;
    private volatile bool hasStrayed;

    /// <param name="environment">What the function runs in.</param>
    /// <param name="info">What is fixed about the execution.</param>
    /// <param name="input">The JSON text that the function receives.</param>
    /// <param name="recorded">What earlier turns asked for, if the execution is rebuilt from history.</param>
    /// <param name="strayed">Called, on any thread, when the function comes back from having awaited what is not durable.</param>
    public OrchestrationExecution(
        ExecutionEnvironment environment, InstanceInfo info, string? input, IActionLog recorded, Action strayed)
    {
        this.environment = environment;
        this.recorded = recorded;
        Info = info;
        Input = input;
        turn = new TurnContext(() =>
        {
            hasStrayed = true;
            strayed();
        });
        context = new OrchestrationContext(this);
    }

    public InstanceInfo Info { get; }

    /// <summary>What ids and GUIDs that the function asks for are made of: its key, or that of before a rewind.</summary>
    public long Origin { get; private set; }

    public string? Input { get; }

    public ExecutionEnvironment Environment => environment;

    public PayloadCodec Payloads => environment.Payloads;

    /// <summary>The time of the newest event; it never goes back.</summary>
    public DateTime Clock { get; private set; }

    /// <summary>Whether the function does what it has done before.</summary>
    public bool IsReplaying { get; private set; }

    /// <summary>Whether the function has begun, or will never begin.</summary>
    public bool HasStarted => orchestrator is not null || Completion is not null;

    public bool IsSuspended { get; private set; }

    public string? SuspendReason { get; private set; }

    /// <summary>JSON; null if never set.</summary>
    public string? CustomStatus { get; set; }

    /// <summary>Whether the function has left its context, so that what it did cannot be repeated.</summary>
    public bool HasStrayed => hasStrayed;

    /// <summary>Up to where history has been worked through.</summary>
    public long Processed { get; private set; }

    /// <summary>Set once the execution has ended.</summary>
    public OrchestrationCompletion? Completion { get; private set; }

    public IEnumerable<long> BufferedEvents => events.BufferedSequences.Concat(held.OfType<EventRaised>().Select(e => e.Sequence));

    /// <summary>Whether steps that can be awaited have no outcome yet.</summary>
    public bool HasOutstanding => open.Count > 0;

    /// <summary>The locks that the function has asked for and not released.</summary>
    public CriticalSection? Locks { get; set; }

    public int NextTaskId { get; private set; }

    /// <summary>Runs a turn: works through events, in order.</summary>
    /// <param name="batch">The events.</param>
    /// <param name="replayed">Up to which sequence number the events have been worked through before.</param>
    public void Run(IReadOnlyList<HistoryEvent> batch, long replayed) => turn.Run(() =>
    {
        foreach (var @event in batch)
        {
            if (@event.Sequence > replayed)
                EndReplay();
            if (Completion is not null)
                break;
            IsReplaying = @event.Sequence <= replayed;
            Receive(@event);
            Processed = @event.Sequence;
        }

        EndReplay();
        IsReplaying = false;
        Settle();
    });

    /// <summary>What the function has asked for since the last call.</summary>
    public List<ScheduledAction> TakeActions()
    {
        var taken = actions;
        actions = [];
        return taken;
    }

    /// <summary>The timers that the function has cancelled since the last call.</summary>
    public int[] TakeCancelledTimers()
    {
        int[] taken = [.. cancelledTimers];
        cancelledTimers.Clear();
        return taken;
    }

    /// <summary>Lets the execution end in another way.</summary>
    public void Replace(OrchestrationCompletion completion) => Completion = completion;

    /// <summary>Throws if the caller is not this execution's own code in its turn.</summary>
    public void ThrowIfOffTurn()
    {
        if (!turn.CheckCurrent())
            throw InvalidAsyncInvocation.Error();
    }

    /// <summary>Takes the number of the next task or other step.</summary>
    public int TakeTaskId() => NextTaskId++;

    /// <summary>Notes that the function asks for something that it does not wait for.</summary>
    public void Record(ScheduledAction action)
    {
        try
        {
            if (!recorded.Claim(action, IsReplaying))
                actions.Add(action);
        }
        catch (NonDeterministicOrchestrationException e)
        {
            // Whatever the function makes of it.
            fatal ??= e;
            throw;
        }
    }

    /// <summary>Notes that the function asks for something, and makes the task that it may wait for.</summary>
    /// <param name="action">What is asked for.</param>
    /// <param name="toException">What awaiting the task throws, if it fails.</param>
    public PendingTask<T> Schedule<T>(ScheduledAction action, Func<TaskFailureDetails, Exception>? toException = null)
    {
        Record(action);
        var pending = new PendingTask<T>(Payloads.Converter, toException);
        open.Add(action.TaskId, pending);
        return pending;
    }

    /// <summary>Cancels a timer, if it has not fired.</summary>
    public void CancelTimer(int taskId, CancellationToken token)
    {
        if (!turn.CheckCurrent() || !open.Remove(taskId, out var pending))
            return;
        cancelledTimers.Add(taskId);
        pending.Cancel(token);
    }

    public Task<T> WaitForEvent<T>(string name, CancellationToken token)
    {
        var pending = new PendingTask<T>(Payloads.Converter, null);
        if (token.IsCancellationRequested)
        {
            pending.Cancel(token);
            return pending.Task;
        }

        pending.Registration = token.CanBeCanceled
            ? token.Register(() =>
            {
                if (turn.CheckCurrent() && events.Remove(name, pending))
                    pending.Cancel(token);
            })
            : null;
        events.Wait(name, pending);
        return pending.Task;
    }

    public void ContinueAsNew(ContinueAsNewOptions options)
    {
        nextInput = Payloads.Serialize(options.NewInput, "input for the next round");
        next = options;
    }

    private void Receive(HistoryEvent @event)
    {
        switch (@event)
        {
            case ExecutionTerminated e:
                Completion = new(OrchestrationRuntimeStatus.Terminated, e.Output) { Recursive = e.Recursive };
                break;
            case ExecutionSuspended e:
                IsSuspended = true;
                SuspendReason = e.Reason;
                break;
            case ExecutionResumed:
                IsSuspended = false;
                Advance(@event);
                while (!IsSuspended && Completion is null && held.TryDequeue(out var next))
                    Apply(next);
                break;
            case var _ when IsSuspended:
                held.Enqueue(@event);
                break;
            default:
                Apply(@event);
                break;
        }
    }

    private void Apply(HistoryEvent @event)
    {
        Advance(@event);
        try
        {
            switch (@event)
            {
                case ExecutionStarted e:
                    Origin = e.Origin ?? Info.Key;
                    Start();
                    break;
                case TaskCompleted e when open.Remove(e.TaskId, out var task):
                    task.Complete(e.Result);
                    break;
                case TaskFailed e when open.Remove(e.TaskId, out var task):
                    task.Fail(e.Failure);
                    break;
                case TimerFired e when open.Remove(e.TaskId, out var task):
                    task.Complete(null);
                    break;
                case EventRaised e:
                    events.Raise(e);
                    break;
            }

            turn.Drain();
        }
        catch (Exception e)
        {
            // Thrown by an async void method, or by what a token's cancellation set off.
            fatal ??= e;
        }

        Settle();
    }

    private void Advance(HistoryEvent @event) => Clock = @event.At > Clock ? @event.At : Clock;

    private void Start()
    {
        if (environment.Functions.HasOrchestrator(Info.Name))
            orchestrator = RunFunctionAsync();
        else
            Completion = UnknownOrchestrator();
    }

    // Awaited here, so that a function that ends outside its turn is noticed.
    private async Task<object?> RunFunctionAsync() => await environment.Functions.RunOrchestratorAsync(Info.Name, context);

    private void Settle()
    {
        if (Completion is not null || orchestrator is null)
            return;
        if (fatal is not null)
            Completion = OrchestrationCompletion.Failed(fatal);
        else if (hasStrayed)
            FailAsStrayed();
        else if (orchestrator.IsCompletedSuccessfully)
            Completion = next is null ? Complete(orchestrator.Result) : Continue();
        else if (orchestrator.IsCompleted)
            Completion = OrchestrationCompletion.Failed(Thrown(orchestrator));
        else if (open.Count == 0 && events.WaiterCount == 0)
            FailAsStrayed();
    }

    private void FailAsStrayed()
    {
        hasStrayed = true;
        Completion = OrchestrationCompletion.Failed(InvalidAsyncInvocation.Error());
    }

    private OrchestrationCompletion? Complete(object? result)
    {
        // As in the official host, an instance is not complete while a task that it started is outstanding.
        if (open.Count > 0)
            return null;
        try
        {
            return new(OrchestrationRuntimeStatus.Completed, Payloads.Serialize(result, $"output of orchestrator '{Info.Name}'"));
        }
        catch (Exception e)
        {
            return OrchestrationCompletion.Failed(e);
        }
    }

    private OrchestrationCompletion Continue() =>
        new(OrchestrationRuntimeStatus.ContinuedAsNew, null) { Next = next, NextInput = nextInput };

    private OrchestrationCompletion UnknownOrchestrator()
    {
        var message = $"The function '{Info.Name}' doesn't exist, is disabled, or is not an orchestrator function. Additional info: "
            + "The following are the known orchestrator functions: "
            + string.Join(", ", environment.Functions.OrchestratorNames.Order(StringComparer.Ordinal).Select(name => $"'{name}'")) + ".";
        return new(
            OrchestrationRuntimeStatus.Failed,
            JsonSerializer.Serialize(new { message, details = (string?)null }),
            new TaskFailureDetails("OrchestratorTaskNotFound", message, null, null, null));
    }

    /// <summary>Everything has been replayed: nothing of what was recorded may be missing.</summary>
    private void EndReplay()
    {
        // One whose function is gone, or has not begun, has done nothing that could be compared.
        if (fatal is not null || orchestrator is null)
            return;
        try
        {
            recorded.Close();
        }
        catch (NonDeterministicOrchestrationException e)
        {
            fatal = e;
            Completion = OrchestrationCompletion.Failed(e);
        }
    }

    private static Exception Thrown(Task task) =>
        task.Exception?.InnerException ?? new TaskCanceledException(task);
}
