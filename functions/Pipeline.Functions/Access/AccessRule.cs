using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Access;

/// <summary>Who may call an HTTP function, as its attributes say.</summary>
/// <param name="Role">The least role; null where it is open to all, or says nothing.</param>
/// <param name="IsOpen">Whether it is open to all.</param>
/// <param name="HostChecksKeys">Whether the Functions host asks for a key before the function is reached.</param>
internal sealed record AccessRule(Role? Role, bool IsOpen, bool HostChecksKeys)
{
    private static readonly ConcurrentDictionary<(string Assembly, string EntryPoint, string Name), AccessRule> s_rules = new();

    /// <summary>Whether the function is one that requests set off.</summary>
    public static bool Concerns(FunctionContext context)
    {
        foreach (var binding in context.FunctionDefinition.InputBindings.Values)
        {
            if (string.Equals(binding.Type, "httpTrigger", StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>The rule of a function.</summary>
    public static AccessRule Of(FunctionDefinition function) =>
        s_rules.GetOrAdd((function.PathToAssembly, function.EntryPoint, function.Name), static key => Of(Find(key.Assembly, key.EntryPoint, key.Name)));

    /// <summary>The rule of a method; one that is not found says nothing.</summary>
    public static AccessRule Of(MethodInfo? method)
    {
        var role = method?.GetCustomAttribute<RequiresRoleAttribute>()?.Role;
        var level = method?.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(trigger => trigger is not null)?.AuthLevel;
        return new AccessRule(role, role is null && method?.IsDefined(typeof(OpenToAllAttribute)) == true, level is not (null or AuthorizationLevel.Anonymous));
    }

    private static MethodInfo? Find(string assembly, string entryPoint, string name)
    {
        var dot = entryPoint.LastIndexOf('.');
        var type = dot < 0 ? null : Assembly.Load(new AssemblyName(Path.GetFileNameWithoutExtension(assembly))).GetType(entryPoint[..dot]);
        return type?.GetMethods().FirstOrDefault(method =>
            method.Name == entryPoint[(dot + 1)..] && string.Equals(method.GetCustomAttribute<FunctionAttribute>()?.Name, name, StringComparison.OrdinalIgnoreCase));
    }
}
