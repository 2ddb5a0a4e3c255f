using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.DurableTask.Entities;

/// <summary>Finds and calls the method behind an entity operation.</summary>
internal static class EntityMethod
{
    /// <summary>The public instance method of this name, in any case; the roots' own methods are not operations.</summary>
    public static MethodInfo? Find(Type type, string operation, Type? root = null)
    {
        var found = type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => string.Equals(method.Name, operation, StringComparison.OrdinalIgnoreCase)
                && method.DeclaringType != typeof(object) && method.DeclaringType != root && !method.IsSpecialName)
            .ToArray();
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new AmbiguousMatchException(
                $"{type.Name} has {found.Length} public methods named '{operation}'. An operation needs exactly one.");
    }

    public static async Task<object?> InvokeAsync(MethodInfo method, object target, TaskEntityOperation operation)
    {
        var arguments = Bind(method, operation);
        object? result;
        try
        {
            result = method.Invoke(target, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }

        return result switch
        {
            Task task => await ResultAsync(task, method.ReturnType),
            ValueTask task => await ResultAsync(task.AsTask(), typeof(Task)),
            not null when IsGeneric(method.ReturnType, typeof(ValueTask<>)) => await ResultAsync(AsTask(result, out var type), type),
            _ => result,
        };
    }

    private static object?[] Bind(MethodInfo method, TaskEntityOperation operation)
    {
        var parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        ParameterInfo? input = null;
        for (var i = 0; i < parameters.Length; i++)
        {
            var parameter = parameters[i];
            if (parameter.ParameterType == typeof(TaskEntityContext))
            {
                arguments[i] = operation.Context;
                continue;
            }

            if (input is not null)
                throw Unbindable($"Only one parameter can take the input, and '{input.Name}' does already.");
            input = parameter;
            arguments[i] = operation.HasInput ? operation.GetInput(parameter.ParameterType)
                : parameter.HasDefaultValue ? parameter.DefaultValue
                : throw Unbindable("The operation expected an input value, but no input was provided by the caller.");

            InvalidOperationException Unbindable(string why) => new(
                $"Entity operation '{operation}' cannot be given to '{method.DeclaringType?.Name}.{method.Name}', "
                + $"parameter '{parameter.Name}'. {why}");
        }

        return arguments;
    }

    private static async Task<object?> ResultAsync(Task task, Type declared)
    {
        await task;
        return IsGeneric(declared, typeof(Task<>)) ? declared.GetProperty(nameof(Task<int>.Result))!.GetValue(task) : null;
    }

    private static Task AsTask(object valueTask, out Type type)
    {
        var method = valueTask.GetType().GetMethod(nameof(ValueTask<int>.AsTask))!;
        type = method.ReturnType;
        return (Task)method.Invoke(valueTask, null)!;
    }

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
