using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;

namespace Pipeline.ApiDocs;

/// <summary>An HTTP function of the app, as its attributes tell.</summary>
/// <param name="Name">The function.</param>
/// <param name="Method">The method.</param>
/// <param name="Trigger">Its route and verbs.</param>
/// <param name="Role">The least role that a caller must have; null where anybody may call it.</param>
internal sealed record ApiFunction(string Name, MethodInfo Method, HttpTriggerAttribute Trigger, Role? Role)
{
    /// <summary>All of the assembly, by route.</summary>
    public static IReadOnlyList<ApiFunction> Of(Assembly assembly) =>
        [.. assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Select(Read).OfType<ApiFunction>().OrderBy(f => f.Trigger.Route, StringComparer.Ordinal).ThenBy(f => f.Name, StringComparer.Ordinal)];

    private static ApiFunction? Read(MethodInfo method) =>
        method.GetCustomAttribute<FunctionAttribute>() is { } function
        && method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null) is { } trigger
            ? new ApiFunction(function.Name, method, trigger, method.GetCustomAttribute<RequiresRoleAttribute>()?.Role) : null;
}
