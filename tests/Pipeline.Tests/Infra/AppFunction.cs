using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Pipeline.Tests.Infra;

/// <summary>A function of the app, as its attributes describe it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Room">The room that it belongs to.</param>
/// <param name="Trigger">What sets it off.</param>
/// <param name="Method">Its method.</param>
internal sealed record AppFunction(string Name, string Room, TriggerBindingAttribute Trigger, MethodInfo Method)
{
    /// <summary>Every function of the app.</summary>
    public static IReadOnlyList<AppFunction> All { get; } =
    [
        .. from type in typeof(PipelineApp).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           let trigger = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>()).Single()
           orderby function.Name
           select new AppFunction(function.Name, type.Namespace!.Split('.').ElementAtOrDefault(1) ?? "", trigger, method),
    ];

    /// <summary>The kind of trigger, as the table of functions calls it.</summary>
    public string Kind => Trigger switch
    {
        HttpTriggerAttribute => "HTTP",
        OrchestrationTriggerAttribute => "orchestrators",
        ActivityTriggerAttribute => "activities",
        EntityTriggerAttribute => "entities",
        EventHubTriggerAttribute => "event hubs",
        BlobTriggerAttribute => "blobs",
        TimerTriggerAttribute => "timers",
        _ => throw new NotSupportedException($"{Name} has a trigger of an unknown kind, {Trigger.GetType().Name}. Say here what it is called in the table of functions."),
    };

    /// <summary>The setting that tells how to connect to what sets it off; null where there is none to connect to.</summary>
    public string? Connection => Trigger switch
    {
        EventHubTriggerAttribute trigger => trigger.Connection,
        BlobTriggerAttribute trigger => trigger.Connection,
        _ => null,
    };
}
