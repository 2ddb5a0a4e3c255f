using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// Calls a function's method without the cost of reflection, and makes one awaitable of whatever it returns. What it throws
/// comes out as it was thrown.
/// </summary>
internal sealed class FunctionMethod
{
    private static readonly MethodInfo s_ofTask = Adapter(nameof(OfTask));
    private static readonly MethodInfo s_ofValueTask = Adapter(nameof(OfValueTask));

    private readonly MethodInvoker _invoker;
    private readonly Func<object?, Task<object?>> _adapt;
    private readonly Lazy<ObjectFactory> _factory;

    public FunctionMethod(MethodInfo method)
    {
        Name = method.Name;
        IsStatic = method.IsStatic;
        ResultType = ResultOf(method.ReturnType);
        _invoker = MethodInvoker.Create(method);
        _adapt = AdapterOf(method.ReturnType);
        // Compiled at the first call: an app has many functions, and one start uses few of them.
        _factory = new Lazy<ObjectFactory>(() => ActivatorUtilities.CreateFactory(method.ReflectedType!, Type.EmptyTypes));
    }

    public string Name { get; }

    public bool IsStatic { get; }

    /// <summary>The type of the result when it has come; null if there is none.</summary>
    public Type? ResultType { get; }

    public object CreateTarget(IServiceProvider services) => _factory.Value(services, null);

    public Task<object?> InvokeAsync(object? target, object?[] arguments) => _adapt(_invoker.Invoke(target, arguments.AsSpan()));

    /// <summary>The type of the result that a function of this return type gives; null if there is none.</summary>
    public static Type? ResultOf(Type type)
    {
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask)) return null;
        return IsGeneric(type, typeof(Task<>)) || IsGeneric(type, typeof(ValueTask<>)) ? type.GetGenericArguments()[0] : type;
    }

    private static Func<object?, Task<object?>> AdapterOf(Type type)
    {
        if (type == typeof(Task)) return OfPlainTask;
        if (type == typeof(ValueTask)) return result => OfPlainTask(((ValueTask)result!).AsTask());
        var generic = IsGeneric(type, typeof(Task<>)) ? s_ofTask : IsGeneric(type, typeof(ValueTask<>)) ? s_ofValueTask : null;
        return generic is null
            ? Task.FromResult
            : generic.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<Func<object?, Task<object?>>>();
    }

    // Plain awaits, so that what follows an orchestrator's task stays on the task hub's own context.
    private static async Task<object?> OfPlainTask(object? result)
    {
        await (Task)result!;
        return null;
    }

    private static async Task<object?> OfTask<T>(object? result) => await (Task<T>)result!;

    private static async Task<object?> OfValueTask<T>(object? result) => await (ValueTask<T>)result!;

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;

    private static MethodInfo Adapter(string name) =>
        typeof(FunctionMethod).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;
}
