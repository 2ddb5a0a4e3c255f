using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Pipeline.Embedded.EventHubs.Trigger;
using Pipeline.Embedded.Http;
using Pipeline.Embedded.Triggers;

namespace Pipeline.Embedded.Hosting;

/// <summary>Makes the binding that a trigger's attribute stands for. A new kind of trigger is added here.</summary>
internal sealed class TriggerBindings(HostSettings settings)
{
    public TriggerBinding Create(TriggerBindingAttribute attribute, string functionName, string where) => attribute switch
    {
        HttpTriggerAttribute http => new HttpTriggerBinding(http, functionName, settings, where),
        BlobTriggerAttribute blob => new BlobTriggerBinding(blob, settings, where),
        TimerTriggerAttribute timer => new TimerTriggerBinding(timer, settings, where),
        EventHubTriggerAttribute hub => new EventHubTriggerBinding(hub, settings, where),
        OrchestrationTriggerAttribute orchestration => new OrchestrationTriggerBinding(orchestration),
        ActivityTriggerAttribute activity => new ActivityTriggerBinding(activity),
        EntityTriggerAttribute entity => new EntityTriggerBinding(entity),
        _ => throw FunctionCatalog.Fault(
            where, $"the embedded host has no trigger of the kind [{attribute.GetType().Name.Replace("Attribute", "")}]."),
    };

    /// <summary>Functions that would get in each other's way.</summary>
    public static IEnumerable<string> Conflicts(IReadOnlyList<HostedFunction> functions) =>
        HttpTriggerBinding.Conflicts(functions).Concat(EventHubTriggerBinding.Conflicts(functions));

    /// <summary>Why a function is not to run, where its trigger or the settings say so; else null.</summary>
    public string? Disabled(TriggerBinding trigger, string functionName) => settings.Disabled(functionName) ?? trigger.Disabled;
}
