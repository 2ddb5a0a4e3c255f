using System.Collections.Immutable;
using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Http;

/// <summary>
/// An HTTP function: its methods, route and level, and how request, body, route and query reach its parameters.
/// </summary>
internal sealed class HttpTriggerBinding : TriggerBinding
{
    public HttpTriggerBinding(HttpTriggerAttribute attribute, string functionName, HostSettings settings, string where)
    {
        Level = attribute.AuthLevel;
        Methods = attribute.Methods is { Length: > 0 } methods
            ? [.. methods.Select(method => method.ToUpperInvariant()).Distinct()]
            : [];
        var route = settings.Resolve(attribute.Route ?? functionName, where).Trim('/');
        Template = string.Join('/', new[] { settings.RoutePrefix, route }.Where(part => part.Length > 0));
        try
        {
            Pattern = RoutePatternFactory.Parse(Template);
        }
        catch (RoutePatternException e)
        {
            throw FunctionCatalog.Fault(where, $"its route '{Template}' is not valid: {e.Message}");
        }
    }

    public AuthorizationLevel Level { get; }

    /// <summary>The methods, in upper case; empty for every method.</summary>
    public ImmutableArray<string> Methods { get; }

    /// <summary>The route with its prefix, without a slash at its start.</summary>
    public string Template { get; }

    public RoutePattern Pattern { get; }

    public override TriggerKind Kind => TriggerKind.Http;

    public override string Type => "httpTrigger";

    /// <summary>The methods as lists show them.</summary>
    public string MethodList => Methods.IsEmpty ? "ANY" : string.Join(',', Methods);

    public override string Detail => $"[{MethodList}] /{Template}";

    public override string AllowedTypes => "HttpRequest, or a type that the body's JSON can be read into";

    public override ParameterBinder BindTrigger(ParameterInfo parameter) => parameter.ParameterType == typeof(HttpRequest)
        ? context => new ValueTask<object?>(Http(context).Request)
        : Body(parameter.ParameterType);

    public override ParameterBinder? BindOther(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.IsDefined(typeof(FromBodyAttribute))) return Body(type);
        if (type == typeof(HttpRequest)) return context => new ValueTask<object?>(Http(context).Request);
        var name = parameter.Name!;
        var inRoute = Pattern.GetParameter(name) is not null;
        var converter = TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type);
        // What the query holds is text; a type that no text can become is a mistake rather than an absent value.
        if (type != typeof(string) && !converter.CanConvertFrom(typeof(string))) return null;

        var absent = parameter.HasDefaultValue
            ? parameter.DefaultValue
            : type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        return context =>
        {
            var text = inRoute ? Http(context).Request.RouteValues[name]?.ToString() : Http(context).Request.Query[name].LastOrDefault();
            if (text is null) return new ValueTask<object?>(absent);
            return new ValueTask<object?>(type == typeof(string) ? text : Convert(converter, text, name, type));
        };
    }

    public override IReadOnlyDictionary<string, object?> BindingData(EmbeddedFunctionContext context)
    {
        var request = Http(context).Request;
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Query) data[name] = values.LastOrDefault();
        foreach (var (name, value) in request.RouteValues) data[name] = value?.ToString();
        data["Query"] = JsonSerializer.Serialize(request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.LastOrDefault()));
        data["Headers"] = JsonSerializer.Serialize(request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
        return data;
    }

    /// <summary>Functions that the same request would reach.</summary>
    public static IEnumerable<string> Conflicts(IReadOnlyList<HostedFunction> functions)
    {
        var routes = functions
            .Select(function => (function, http: function.Trigger as HttpTriggerBinding))
            .Where(route => route.http is not null)
            .GroupBy(route => Shape(route.http!.Pattern), StringComparer.OrdinalIgnoreCase);
        foreach (var same in routes.Select(group => group.ToList()))
        {
            for (var i = 0; i < same.Count; i++)
            {
                for (var j = i + 1; j < same.Count; j++)
                {
                    if (!Overlap(same[i].http!.Methods, same[j].http!.Methods)) continue;
                    yield return $"{same[i].function.EntryPoint} and {same[j].function.EntryPoint} have the same route " +
                        $"'{same[i].http!.Template}' and a method in common. Change the route or the methods of one.";
                }
            }
        }
    }

    private static bool Overlap(ImmutableArray<string> one, ImmutableArray<string> other) =>
        one.IsEmpty || other.IsEmpty || one.Intersect(other).Any();

    // Two routes that differ in no more than the names of their parameters reach for the same requests.
    private static string Shape(RoutePattern pattern) => string.Join('/', pattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternParameterPart parameter =>
                $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Concat(parameter.ParameterPolicies.Select(policy => ":" + policy.Content))}}}",
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            _ => "",
        }))));

    private static HttpContext Http(EmbeddedFunctionContext context) => (HttpContext)context.TriggerData;

    private static ParameterBinder Body(Type type)
    {
        if (type == typeof(string)) return async context => await ReadTextAsync(Http(context));
        if (type == typeof(Stream)) return context => new ValueTask<object?>(Http(context).Request.Body);
        if (type == typeof(byte[])) return async context => await ReadBytesAsync(Http(context));
        // The body's charset and media type are not asked for: a body that is not JSON says so by failing to be read.
        return async context => await JsonSerializer.DeserializeAsync(
            Http(context).Request.Body, type, JsonSerializerOptions.Web, context.CancellationToken);
    }

    private static async Task<string> ReadTextAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext http)
    {
        using var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        return bytes.ToArray();
    }

    private static object? Convert(TypeConverter converter, string text, string name, Type type)
    {
        try
        {
            return converter.ConvertFromInvariantString(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException or InvalidCastException)
        {
            throw new FormatException($"The value '{text}' of '{name}' cannot be read as {type.Name}.", e);
        }
    }
}
