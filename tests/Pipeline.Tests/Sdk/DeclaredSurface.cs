using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.Tests.Sdk;

/// <summary>Writes what types declare publicly in the notation of official-surface.md.</summary>
internal static class DeclaredSurface
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly HashSet<string> FromTheRuntime =
        ["ToString", "Equals", "GetHashCode", "Finalize", "BeginInvoke", "EndInvoke", "EqualityContract"];

    public static IReadOnlyList<SurfaceType> Of(Assembly assembly) => [.. assembly.GetExportedTypes().Select(Of)];

    public static SurfaceType Of(Type type) => new(
        $"{(type.IsNested ? type.DeclaringType!.FullName : type.Namespace)}.{NameOf(type)}",
        KindOf(type),
        BaseOf(type),
        typeof(Attribute).IsAssignableFrom(type) ? UsageOf(type) : "",
        type.IsEnum ? EnumMembers(type) : [.. Members(type)]);

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string BaseOf(Type type) =>
        type.IsEnum || type.IsValueType || type.IsInterface || type.BaseType == typeof(object) ? "" : NameOf(type.BaseType!);

    private static string UsageOf(Type type)
    {
        var usage = type.GetCustomAttribute<AttributeUsageAttribute>(inherit: true)?.ValidOn ?? AttributeTargets.All;
        return OfficialSurface.Targets(usage.ToString().Split(", "));
    }

    private static string[] EnumMembers(Type type) =>
        [.. Enum.GetNames(type).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}"))];

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && Outside(constructor) && !Synthesized(constructor)))
        {
            yield return $"{Modifiers(constructor)}{NameOf(type).Split('<')[0]}({Parameters(constructor)})";
        }

        foreach (var property in type.GetProperties(Declared).Where(property => !FromTheRuntime.Contains(property.Name)))
        {
            var accessors = property.GetAccessors(nonPublic: true).Where(accessor => Outside(accessor) && !OverridesProtected(accessor)).ToArray();
            if (accessors.Length > 0)
            {
                var access = string.Join(" ", accessors.OrderBy(accessor => accessor != property.GetMethod).Select(accessor => AccessorOf(property, accessor)));
                var indices = property.GetIndexParameters() is { Length: > 0 } index ? $"[{string.Join(", ", index.Select(ParameterOf))}]" : "";
                yield return $"{Modifiers(accessors[0])}{NameOf(property.PropertyType)} {property.Name}{indices} {{ {access} }}";
            }
        }

        foreach (var method in type.GetMethods(Declared).Where(method => Outside(method) && !OverridesProtected(method) && !IsAccessor(method) && !Synthesized(method)))
        {
            var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";
            yield return $"{Modifiers(method)}{NameOf(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }

        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly))
        {
            yield return $"{(field.IsStatic ? "static " : "")}{NameOf(field.FieldType)} {field.Name} (field)";
        }

        foreach (var @event in type.GetEvents(Declared).Where(@event => Outside(@event.AddMethod!)))
        {
            yield return $"event {NameOf(@event.EventHandlerType!)} {@event.Name}";
        }
    }

    private static bool Outside(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // The member is the base type's; to override it shows a caller or an heir nothing new.
    private static bool OverridesProtected(MethodInfo method) => !method.IsPublic && method.GetBaseDefinition() != method;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    // What every record, and every struct that compares by value, has; the list leaves it out.
    private static bool Synthesized(MethodBase method) =>
        FromTheRuntime.Contains(method.Name)
        || method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || (method.DeclaringType!.IsValueType && method.Name is "op_Equality" or "op_Inequality");

    private static string Modifiers(MethodBase method) =>
        (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : "")
        + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "");

    private static string AccessorOf(PropertyInfo property, MethodInfo accessor)
    {
        if (accessor == property.GetMethod)
        {
            return "get;";
        }

        var init = accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
        return init ? "init;" : "set;";
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        return extension + string.Join(", ", method.GetParameters().Select(ParameterOf));
    }

    private static string ParameterOf(ParameterInfo parameter)
    {
        var many = parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params " : "";
        var optional = parameter.HasDefaultValue ? $" = {DefaultOf(parameter.DefaultValue)}" : "";
        return $"{many}{NameOf(parameter.ParameterType)} {parameter.Name}{optional}";
    }

    private static string DefaultOf(object? value) => value switch
    {
        null => "default",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + NameOf(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return NameOf(type.GetElementType()!) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return NameOf(underlying) + "?";
        }

        if (type.IsGenericType)
        {
            return $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
        }

        return type.IsEnum ? type.Name : Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "bool",
            TypeCode.Byte => "byte",
            TypeCode.Double => "double",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.String => "string",
            _ when type == typeof(object) => "object",
            _ when type == typeof(void) => "void",
            _ => type.Name,
        };
    }
}
