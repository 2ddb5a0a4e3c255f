using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>What the orchestrator function of an <see cref="OrchestrationExecution"/> holds in its hands.</summary>
internal sealed class OrchestrationContext : TaskOrchestrationContext
{
    private readonly OrchestrationExecution execution;
    private readonly OrchestrationEntityFeature entities;
    private readonly ParentOrchestrationInstance? parent;
    private int guids;

    public OrchestrationContext(OrchestrationExecution execution)
    {
        this.execution = execution;
        entities = new OrchestrationEntityFeature(execution);
        parent = execution.Info.Parent is { } link ? new ParentOrchestrationInstance(link.Name, link.InstanceId) : null;
    }

    public override TaskName Name => execution.Info.Name;

    public override string InstanceId => execution.Info.Id;

    public override ParentOrchestrationInstance? Parent => parent;

    public override DateTime CurrentUtcDateTime => execution.Clock;

    public override bool IsReplaying => execution.IsReplaying;

    public override string Version => execution.Info.Version;

    public override TaskOrchestrationEntityFeature Entities => entities;

    protected override ILoggerFactory LoggerFactory => execution.Environment.LoggerFactory;

    public override T? GetInput<T>()
        where T : default => execution.Payloads.Converter.Deserialize<T>(execution.Input);

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        execution.ThrowIfOffTurn();
        var json = execution.Payloads.Serialize(input, $"input of activity '{name}'");
        return Retrying(() =>
        {
            var id = execution.TakeTaskId();
            return execution.Schedule<TResult>(
                new ActivityScheduled(execution.Clock, id, name, json), failure => new TaskFailedException(name, id, failure)).Task;
        }, options);
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        execution.ThrowIfOffTurn();
        if (execution.Locks is { IsHeld: true })
            throw new InvalidOperationException("While holding locks, cannot call suborchestrators.");
        var json = execution.Payloads.Serialize(input, $"input of sub-orchestrator '{orchestratorName}'");
        var child = options as SubOrchestrationOptions;
        // One id for all attempts.
        var instanceId = child?.InstanceId is { Length: > 0 } given
            ? Pipeline.Embedded.Durable.InstanceId.Valid(given)
            : DeterministicGuid.Create($"{execution.Origin}/{execution.NextTaskId}").ToString("N");
        return Retrying(() =>
        {
            var id = execution.TakeTaskId();
            var action = new SubOrchestrationScheduled(execution.Clock, id, orchestratorName, instanceId, json)
            {
                Version = child?.Version?.Version ?? options?.Version?.Version ?? string.Empty,
                Tags = options?.Tags?.AsReadOnly(),
            };
            return execution.Schedule<TResult>(action, failure => new TaskFailedException(orchestratorName, id, failure)).Task;
        }, options);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        execution.ThrowIfOffTurn();
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        var due = fireAt.Kind == DateTimeKind.Local ? fireAt.ToUniversalTime() : DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        var id = execution.TakeTaskId();
        var pending = execution.Schedule<object?>(new TimerScheduled(execution.Clock, id, due));
        if (cancellationToken.CanBeCanceled)
            pending.Registration = cancellationToken.Register(() => execution.CancelTimer(id, cancellationToken));
        return pending.Task;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.ThrowIfOffTurn();
        return execution.WaitForEvent<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.ThrowIfOffTurn();
        var json = execution.Payloads.Converter.Serialize(payload);
        execution.Record(new EventSent(execution.Clock, execution.TakeTaskId(), instanceId, eventName, json));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        execution.ThrowIfOffTurn();
        execution.CustomStatus = execution.Payloads.SerializeCustomStatus(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        execution.ThrowIfOffTurn();
        execution.ContinueAsNew(options);
    }

    public override Guid NewGuid()
    {
        execution.ThrowIfOffTurn();
        return DeterministicGuid.Create(string.Create(
            CultureInfo.InvariantCulture, $"{InstanceId}/{execution.Origin}/{execution.Clock.Ticks}/{guids++}"));
    }

    private Task<T> Retrying<T>(Func<Task<T>> attempt, TaskOptions? options) =>
        options?.Retry is { } retry ? RetryLoop.RunAsync(this, attempt, retry) : attempt();
}
