using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

/// <summary>A function of the catalogue, ready to be called.</summary>
internal sealed class HostedFunction(
    string name, MethodInfo method, TriggerBinding trigger, IReadOnlyList<ParameterBinder> binders, RetryPlan? retry)
{
    private readonly IReadOnlyList<ParameterBinder> _binders = binders;
    private FunctionDefinition? _definition;

    public string Name { get; } = name;

    public Type Class { get; } = method.ReflectedType!;

    public TriggerBinding Trigger { get; } = trigger;

    /// <summary>What its retry attribute says; null without one.</summary>
    public RetryPlan? Retry { get; } = retry;

    /// <summary>Why nothing sets it off; null where its trigger does.</summary>
    public string? Disabled { get; init; }

    /// <summary>Where its result goes.</summary>
    public IReadOnlyList<OutputBinding> Outputs { get; init; } = [];

    public FunctionMethod Method { get; } = new(method);

    public FunctionDefinition Definition => _definition ??= new EmbeddedFunctionDefinition(Name, method, Trigger, Outputs);

    public string EntryPoint => $"{Class.FullName}.{Method.Name}";

    /// <summary>Binds the parameters, makes the class, calls the method and waits for its result.</summary>
    public async Task<object?> RunAsync(EmbeddedFunctionContext context)
    {
        var arguments = _binders.Count == 0 ? [] : new object?[_binders.Count];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = await _binders[i](context);
        if (Method.IsStatic) return await Method.InvokeAsync(null, arguments);

        var target = Method.CreateTarget(context.InstanceServices);
        try
        {
            return await Method.InvokeAsync(target, arguments);
        }
        finally
        {
            if (target is IAsyncDisposable asyncDisposable) await asyncDisposable.DisposeAsync();
            else (target as IDisposable)?.Dispose();
        }
    }
}
