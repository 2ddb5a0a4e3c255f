using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>What an operation sends. It takes effect only if the operation succeeds.</summary>
internal sealed class EntityEffects(EntityInstanceId id, TaskHubServices hub) : TaskEntityContext
{
    public override EntityInstanceId Id { get; } = id;

    public List<OperationMessage> Signals { get; } = [];

    public List<(InstanceInfo Info, string? Input)> Starts { get; } = [];

    public override void SignalEntity(
        EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        Signals.Add(new OperationMessage(EntityId.Valid(id), operationName, hub.Payloads.Converter.Serialize(input), Caller: null)
        {
            DueAt = options?.SignalTime?.UtcDateTime,
        });
    }

    public override string ScheduleNewOrchestration(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
    {
        var info = StartRequest.Describe(hub, name, options);
        Starts.Add((info, hub.Payloads.Serialize(input, $"input of orchestrator '{name}'")));
        return info.Id;
    }
}
