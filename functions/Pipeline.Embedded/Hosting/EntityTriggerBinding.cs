using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

/// <summary>An entity: the trigger's parameter is the dispatcher.</summary>
internal sealed class EntityTriggerBinding(EntityTriggerAttribute attribute) : TriggerBinding
{
    public override TriggerKind Kind => TriggerKind.Entity;

    public override string? FunctionName => attribute.EntityName;

    public override string Type => "entityTrigger";

    public override string AllowedTypes => nameof(TaskEntityDispatcher);

    public override bool AllowsDurableClient => false;

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) => parameter.ParameterType == typeof(TaskEntityDispatcher)
        ? context => new ValueTask<object?>(context.TriggerData)
        : null;
}
