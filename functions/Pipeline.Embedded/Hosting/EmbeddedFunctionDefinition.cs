using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Pipeline.Embedded.Hosting;

internal sealed class EmbeddedFunctionDefinition : FunctionDefinition
{
    public EmbeddedFunctionDefinition(string name, MethodInfo method, TriggerBinding trigger, IReadOnlyList<OutputBinding> outputs)
    {
        Name = name;
        EntryPoint = $"{method.ReflectedType!.FullName}.{method.Name}";
        PathToAssembly = method.Module.FullyQualifiedName;
        // The same from start to start, as log queries by function expect.
        Id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{EntryPoint}|{name}")).AsSpan(0, 16));
        Parameters = [.. method.GetParameters().Select(Parameter)];
        InputBindings = method.GetParameters()
            .Select(parameter => (parameter, attribute: parameter.GetCustomAttribute<BindingAttribute>()))
            .Where(bound => bound.attribute is not null)
            .ToImmutableDictionary(
                bound => bound.parameter.Name!,
                BindingMetadata (bound) => new EmbeddedBindingMetadata(
                    bound.parameter.Name!,
                    bound.attribute is TriggerBindingAttribute ? trigger.Type : "durableClient",
                    BindingDirection.In));
        var bound = outputs.ToImmutableDictionary(output => output.Name, BindingMetadata (output) => new EmbeddedBindingMetadata(output.Name, output.Type, BindingDirection.Out));
        OutputBindings = trigger.Kind == TriggerKind.Http
            ? bound.Add(OutputBinding.Return, new EmbeddedBindingMetadata(OutputBinding.Return, "http", BindingDirection.Out))
            : bound;
    }

    public override string Name { get; }

    public override string Id { get; }

    public override string EntryPoint { get; }

    public override string PathToAssembly { get; }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    private static FunctionParameter Parameter(ParameterInfo parameter)
    {
        var attribute = parameter.GetCustomAttribute<BindingAttribute>();
        var properties = attribute is null
            ? ImmutableDictionary<string, object>.Empty
            : ImmutableDictionary<string, object>.Empty.Add("bindingAttribute", attribute);
        return new FunctionParameter(
            parameter.Name!,
            parameter.ParameterType,
            parameter.HasDefaultValue,
            parameter.HasDefaultValue ? parameter.DefaultValue : null,
            properties);
    }
}
