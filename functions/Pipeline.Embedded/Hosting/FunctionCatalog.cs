using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.EventHubs.Output;
using Pipeline.Embedded.EventHubs.Trigger;
using Pipeline.Streams;

namespace Pipeline.Embedded.Hosting;

/// <summary>The app's functions, found by their attributes and checked, so that what cannot work is said at the start.</summary>
internal sealed class FunctionCatalog
{
    private const BindingFlags Methods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly FrozenDictionary<string, HostedFunction> _orchestrators;
    private readonly FrozenDictionary<string, HostedFunction> _activities;
    private readonly FrozenDictionary<string, HostedFunction> _entities;

    private FunctionCatalog(IReadOnlyList<HostedFunction> functions)
    {
        All = functions;
        _orchestrators = Of(TriggerKind.Orchestration);
        _activities = Of(TriggerKind.Activity);
        _entities = Of(TriggerKind.Entity);
    }

    /// <summary>Every function, by kind and name.</summary>
    public IReadOnlyList<HostedFunction> All { get; }

    /// <summary>Those of them that their triggers set off.</summary>
    public IEnumerable<HostedFunction> Enabled => All.Where(function => function.Disabled is null);

    /// <summary>The event hubs that functions use by the connection that stands for the host's own, with their consumer groups.</summary>
    public IEnumerable<HubDeclaration> EventHubs
    {
        get
        {
            var read = Enabled.Select(function => function.Trigger).OfType<EventHubTriggerBinding>().Select(trigger => (trigger.Hub, trigger.Connection, trigger.ConsumerGroup));
            var written = Enabled.SelectMany(function => function.Outputs).OfType<EventHubOutputBinding>()
                .Select(output => (output.Hub, output.Connection, ConsumerGroup: HubDeclaration.DefaultConsumerGroup));
            return read.Concat(written)
                .Where(used => used.Connection == EventHubServices.ConnectionName)
                .GroupBy(used => used.Hub, StringComparer.OrdinalIgnoreCase)
                .Select(hub => new HubDeclaration(hub.Key) { KeepsPartitions = true, ConsumerGroups = [.. hub.Select(used => used.ConsumerGroup).Where(group => group != HubDeclaration.DefaultConsumerGroup)] });
        }
    }

    public IReadOnlyCollection<string> OrchestratorNames => _orchestrators.Keys;

    public HostedFunction? Orchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    public HostedFunction? Activity(string name) => _activities.GetValueOrDefault(name);

    public HostedFunction? Entity(string name) => _entities.GetValueOrDefault(name);

    /// <summary>Reads the functions of classes.</summary>
    /// <param name="types">The classes.</param>
    /// <param name="triggers">Makes what a trigger's attribute stands for.</param>
    /// <param name="outputs">Makes what an output's attribute stands for.</param>
    /// <param name="client">Gives [DurableClient] parameters their value.</param>
    /// <exception cref="EmbeddedHostException">Functions cannot be hosted; the message names every one and its fault.</exception>
    public static FunctionCatalog Load(IEnumerable<Type> types, TriggerBindings triggers, OutputBindings outputs, Func<DurableTaskClient> client)
    {
        var faults = new List<string>();
        var functions = new List<HostedFunction>();
        foreach (var type in types)
        {
            // The compiler's own classes hold no functions, and there are many.
            if (type.IsInterface || type.Name.StartsWith('<')) continue;
            foreach (var method in type.GetMethods(Methods))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute) continue;
                try
                {
                    functions.Add(Read(attribute.Name, method, triggers, outputs, client));
                }
                catch (EmbeddedHostException e)
                {
                    faults.Add(e.Message);
                }
            }
        }

        faults.AddRange(functions
            .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1)
            .Select(group =>
                $"{group.Count()} functions are named '{group.Key}': {string.Join(", ", group.Select(f => f.EntryPoint))}. " +
                "Function names are unique without regard to case."));
        faults.AddRange(TriggerBindings.Conflicts(functions));
        if (faults.Count > 0)
            throw new EmbeddedHostException($"The functions cannot be hosted.{string.Concat(faults.Select(f => $"\n  - {f}"))}");

        return new FunctionCatalog(
            [.. functions.OrderBy(f => f.Trigger.Kind).ThenBy(f => f.Name, StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Checks that dependency injection can make the functions' classes.</summary>
    /// <exception cref="EmbeddedHostException">It cannot; the message names class and service.</exception>
    public void CheckServices(IServiceProviderIsService services)
    {
        var faults = All
            .Where(function => !function.Method.IsStatic)
            .DistinctBy(function => function.Class)
            .Select(function => (function, missing: Missing(function.Class, services)))
            .Where(found => found.missing is not null)
            .Select(found => $"\n  - {found.function.EntryPoint}: {found.missing}")
            .ToList();
        if (faults.Count > 0)
            throw new EmbeddedHostException($"Dependency injection cannot make these functions' classes.{string.Concat(faults)}");
    }

    private static string? Missing(Type type, IServiceProviderIsService services)
    {
        var constructors = type.GetConstructors();
        if (constructors.Length == 0) return "the class has no public constructor.";
        // Which of several constructors is taken is for the container to say, when it makes the class.
        var missing = constructors.Length > 1
            ? null
            : constructors[0].GetParameters().FirstOrDefault(p => !p.HasDefaultValue && !IsService(p, services));
        return missing is null
            ? null
            : $"no service is registered for its constructor's parameter '{missing.Name}' ({Readable(missing.ParameterType)}). " +
              "Register one where the app configures its services.";
    }

    private static bool IsService(ParameterInfo parameter, IServiceProviderIsService services) =>
        parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? services is IServiceProviderIsKeyedService byKey && byKey.IsKeyedService(parameter.ParameterType, keyed.Key)
            : services.IsService(parameter.ParameterType);

    private FrozenDictionary<string, HostedFunction> Of(TriggerKind kind) => Enabled
        .Where(function => function.Trigger.Kind == kind)
        .ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    private static HostedFunction Read(
        string name, MethodInfo method, TriggerBindings triggers, OutputBindings outputs, Func<DurableTaskClient> client)
    {
        var where = $"{method.ReflectedType!.FullName}.{method.Name}";
        if (string.IsNullOrWhiteSpace(name)) throw Fault(where, "its function name is empty.");
        if (!method.IsPublic || !method.ReflectedType.IsVisible)
            throw Fault(where, "it is not public. A function is a public method of a public class.");
        if (method.IsGenericMethodDefinition || method.ReflectedType.ContainsGenericParameters)
            throw Fault(where, "it is generic. A function and its class are not.");
        if (method.ReflectedType.IsAbstract && !method.IsStatic)
            throw Fault(where, "its class is abstract. Make the method static or the class concrete.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw Fault(where, "it is 'async void', so nobody can wait for it. Return Task.");

        var parameters = method.GetParameters();
        var marked = parameters
            .Select(parameter => (parameter, attribute: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(p => p.attribute is not null)
            .ToList();
        if (marked.Count != 1)
        {
            throw Fault(where, marked.Count == 0
                ? "no parameter has a trigger. Put one on the parameter that takes its payload, for instance [HttpTrigger]."
                : $"{marked.Count} parameters have a trigger: {string.Join(", ", marked.Select(p => p.parameter.Name))}. Leave one.");
        }

        var (payload, trigger) = marked[0];
        var binding = triggers.Create(trigger!, name, where);
        var binders = parameters
            .Select(p => p == payload ? TriggerBinder(p, binding, where) : OtherBinder(p, binding, where, client))
            .ToList();
        var called = binding.FunctionName ?? name;
        return new HostedFunction(called, method, binding, binders, RetryPlan.Of(method, binding.Kind, where))
        {
            Disabled = triggers.Disabled(binding, called),
            Outputs = outputs.Create(method, FunctionMethod.ResultOf(method.ReturnType), binding.Kind, where),
        };
    }

    private static ParameterBinder TriggerBinder(ParameterInfo parameter, TriggerBinding binding, string where)
    {
        if (parameter.ParameterType.IsByRef || parameter.ParameterType.IsByRefLike) throw ByRef(parameter, where);
        return binding.BindTrigger(parameter) ?? throw Fault(
            where,
            $"its parameter '{parameter.Name}' is {Readable(parameter.ParameterType)}, but what a {binding.Kind} trigger gives is " +
            $"{binding.AllowedTypes}.");
    }

    private static ParameterBinder OtherBinder(
        ParameterInfo parameter, TriggerBinding binding, string where, Func<DurableTaskClient> client)
    {
        var type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike) throw ByRef(parameter, where);
        if (type == typeof(FunctionContext)) return context => new ValueTask<object?>(context);
        if (type == typeof(CancellationToken)) return context => new ValueTask<object?>(context.CancellationToken);
        if (parameter.IsDefined(typeof(DurableClientAttribute)))
        {
            if (type != typeof(DurableTaskClient))
                throw Fault(where, $"its parameter '{parameter.Name}' has [DurableClient] and must be DurableTaskClient.");
            return binding.AllowsDurableClient
                ? _ => new ValueTask<object?>(client())
                : throw Fault(where, $"its parameter '{parameter.Name}' is a client of the task hub, which an {binding.Kind} " +
                    "cannot have. Use the context that its trigger gives.");
        }

        if (parameter.GetCustomAttribute<BindingAttribute>() is { } input)
        {
            throw Fault(where, $"its parameter '{parameter.Name}' has [{input.GetType().Name.Replace("Attribute", "")}], which the " +
                "embedded host does not bind.");
        }

        if (type == typeof(DurableTaskClient))
            throw Fault(where, $"nothing can give its parameter '{parameter.Name}' (DurableTaskClient) a value. Did you forget [DurableClient]?");
        if (binding.BindOther(parameter) is { } bound) return bound;
        if (parameter.HasDefaultValue)
        {
            var value = parameter.DefaultValue;
            return _ => new ValueTask<object?>(value);
        }

        throw Fault(where, $"nothing can give its parameter '{parameter.Name}' ({Readable(type)}) a value.");
    }

    private static EmbeddedHostException ByRef(ParameterInfo parameter, string where) =>
        Fault(where, $"its parameter '{parameter.Name}' is passed by reference, which an asynchronous call cannot do.");

    internal static EmbeddedHostException Fault(string where, string what) => new($"{where}: {what}");

    private static string Readable(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Readable))}>"
        : type.Name;
}
