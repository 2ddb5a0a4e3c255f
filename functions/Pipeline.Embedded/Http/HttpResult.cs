using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Http;

/// <summary>Finds the response in what a function returned: the value itself, or its property marked [HttpResult].</summary>
internal static class HttpResult
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> s_properties = new();

    public static object? Of(object? result)
    {
        if (result is null) return null;
        var property = s_properties.GetOrAdd(
            result.GetType(),
            type => type.GetProperties().FirstOrDefault(candidate => candidate.IsDefined(typeof(HttpResultAttribute))));
        return property is null ? result : property.GetValue(result);
    }
}
