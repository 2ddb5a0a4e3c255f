using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Pipeline.Embedded.EventHubs.Output;

namespace Pipeline.Embedded.Hosting;

/// <summary>Makes the bindings that output attributes stand for, on a function or on its result's properties. A new kind of output is added here.</summary>
internal sealed class OutputBindings(HostSettings settings, EventHubSenders senders)
{
    /// <summary>The outputs of a function.</summary>
    /// <exception cref="EmbeddedHostException">One of them cannot be.</exception>
    public IReadOnlyList<OutputBinding> Create(MethodInfo method, Type? resultType, TriggerKind trigger, string where)
    {
        var outputs = new List<OutputBinding>();
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } ofResult)
        {
            if (resultType is null) throw FunctionCatalog.Fault(where, $"it has [{Name(ofResult)}] but returns nothing to send.");
            if (trigger == TriggerKind.Http)
                throw FunctionCatalog.Fault(where, $"it has [{Name(ofResult)}], but what an HTTP function returns is its response. Return a class with one property for each, and mark the response [HttpResult].");
            outputs.Add(Create(ofResult, null, where));
        }

        foreach (var property in resultType?.GetProperties() ?? [])
        {
            if (property.GetCustomAttribute<OutputBindingAttribute>() is { } attribute and not HttpResultAttribute) outputs.Add(Create(attribute, property, where));
        }

        if (outputs.Count > 0 && trigger is TriggerKind.Orchestration or TriggerKind.Entity)
            throw FunctionCatalog.Fault(where, $"it has an output, which an {trigger} cannot have: it may run again from its history. Send from an activity.");
        return outputs;
    }

    private EventHubOutputBinding Create(OutputBindingAttribute attribute, PropertyInfo? property, string where) => attribute switch
    {
        EventHubOutputAttribute hub => new EventHubOutputBinding(hub, property, settings, senders, where),
        _ => throw FunctionCatalog.Fault(where, $"it has [{Name(attribute)}], which the embedded host does not bind."),
    };

    private static string Name(OutputBindingAttribute attribute) => attribute.GetType().Name.Replace("Attribute", "");
}
