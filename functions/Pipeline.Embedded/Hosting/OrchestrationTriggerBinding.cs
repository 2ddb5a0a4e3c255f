using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Pipeline.Embedded.Hosting;

/// <summary>An orchestrator: the trigger's parameter is the context, and one further parameter may take the input.</summary>
internal sealed class OrchestrationTriggerBinding(OrchestrationTriggerAttribute attribute) : TriggerBinding
{
    private static readonly MethodInfo s_getInput =
        typeof(OrchestrationTriggerBinding).GetMethod(nameof(GetInput), BindingFlags.Static | BindingFlags.NonPublic)!;

    public override TriggerKind Kind => TriggerKind.Orchestration;

    public override string? FunctionName => attribute.Orchestration;

    public override string Type => "orchestrationTrigger";

    public override string AllowedTypes => nameof(TaskOrchestrationContext);

    public override bool AllowsDurableClient => false;

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) => parameter.ParameterType == typeof(TaskOrchestrationContext)
        ? context => new ValueTask<object?>(context.TriggerData)
        : null;

    public override ParameterBinder? BindOther(ParameterInfo parameter)
    {
        var read = s_getInput.MakeGenericMethod(parameter.ParameterType).CreateDelegate<Func<TaskOrchestrationContext, object?>>();
        return context => new ValueTask<object?>(read((TaskOrchestrationContext)context.TriggerData));
    }

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context) =>
        new Dictionary<string, object?> { ["instanceId"] = ((TaskOrchestrationContext)context.TriggerData).InstanceId };

    private static object? GetInput<T>(TaskOrchestrationContext context) => context.GetInput<T>();
}
