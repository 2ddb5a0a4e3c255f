using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Pipeline.Tests.Infra;

/// <summary>What the app's compiled code asks of the world: settings and containers, by the texts that it hands over.</summary>
internal static partial class AppCode
{
    private static readonly Lazy<IReadOnlyList<MethodDefinition>> s_methods = new(() =>
        [.. ModuleDefinition.ReadModule(typeof(PipelineApp).Assembly.Location).GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)]);

    /// <summary>The names of settings among the texts in the code. One that is put together, such as <c>PipelineHub</c> with a number, is
    /// here with its fixed part.</summary>
    public static IReadOnlySet<string> Settings { get; } = s_methods.Value
        .SelectMany(method => method.Body.Instructions)
        .Where(instruction => instruction.OpCode == OpCodes.Ldstr)
        .Select(instruction => (string)instruction.Operand)
        .Select(text => SettingName().Match(text))
        .Where(match => match.Success)
        .Select(match => match.Groups["name"].Value)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The names that the code hands to the configuration as they stand, whatever they look like.</summary>
    public static IReadOnlySet<string> Asked { get; } = s_methods.Value
        .SelectMany(method => method.Body.Instructions)
        .Where(call => call.Operand is MethodReference { DeclaringType.FullName: "Microsoft.Extensions.Configuration.IConfiguration" or "Microsoft.Extensions.Configuration.ConfigurationBinder" })
        .Select(call => Argument(call, ((MethodReference)call.Operand).Name is "get_Item" or "GetSection" ? 0 : ((MethodReference)call.Operand).Parameters.Count - 2))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a text looks like the name of a setting, so that <see cref="Settings"/> has it.</summary>
    public static bool IsSetting(string text) => SettingName().IsMatch(text);

    /// <summary>The containers that the code hands to whatever has a parameter named container.</summary>
    public static IReadOnlySet<string> Containers { get; } = s_methods.Value
        .SelectMany(method => method.Body.Instructions.Select(ContainerOf))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    private static string? ContainerOf(Instruction call)
    {
        if (call.Operand is not MethodReference { Parameters.Count: > 0 } called || call.OpCode.FlowControl != FlowControl.Call)
        {
            return null;
        }

        var index = called.Resolve()?.Parameters.ToList().FindIndex(parameter =>
            parameter.Name.Equals("container", StringComparison.OrdinalIgnoreCase) && parameter.ParameterType.MetadataType == MetadataType.String) ?? -1;
        return index < 0 ? null : Argument(call, called.Parameters.Count - 1 - index);
    }

    // Goes back over what makes the later arguments, to what makes the one that is looked for; null where that is no text.
    private static string? Argument(Instruction call, int laterArguments)
    {
        var open = laterArguments;
        for (var at = call.Previous; at is not null && at.OpCode.FlowControl is FlowControl.Next or FlowControl.Call or FlowControl.Meta; at = at.Previous)
        {
            var (taken, given) = Stack(at);
            if (open == 0 && given > 0)
            {
                return at.OpCode == OpCodes.Ldstr ? (string)at.Operand : null;
            }

            open += taken - given;
            if (open < 0)
            {
                return null;
            }
        }

        return null;
    }

    private static (int Taken, int Given) Stack(Instruction instruction)
    {
        if (instruction.Operand is MethodReference method)
        {
            var isNew = instruction.OpCode == OpCodes.Newobj;
            return (method.Parameters.Count + (method.HasThis && !isNew ? 1 : 0), isNew || method.ReturnType.MetadataType != MetadataType.Void ? 1 : 0);
        }

        var taken = instruction.OpCode.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
                or StackBehaviour.Popref_popi_popref or StackBehaviour.Popi_popi_popi => 3,
            _ => 2,
        };
        var given = instruction.OpCode.StackBehaviourPush switch { StackBehaviour.Push0 => 0, StackBehaviour.Push1_push1 => 2, _ => 1 };
        return (taken, given);
    }

    [GeneratedRegex("^%?(?<name>Pipeline[A-Z][A-Za-z0-9]*|EventHubsConnection|AzureWebJobs[A-Z][A-Za-z]*|APPLICATIONINSIGHTS_[A-Z_]+|WEBSITE_[A-Z_]+|AZURE_[A-Z_]+)%?$")]
    private static partial Regex SettingName();
}
