using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>One operation, as the entity's code sees it.</summary>
internal sealed class EntityOperation(OperationMessage message, EntityStateView state, EntityEffects effects, DataConverter converter)
    : TaskEntityOperation
{
    public override string Name => message.Operation;

    public override TaskEntityContext Context => effects;

    public override TaskEntityState State => state;

    public override bool HasInput => message.Input is not null;

    public override object? GetInput(Type inputType) => converter.Deserialize(message.Input, inputType);
}
