using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.ApiDocs;

/// <summary>Makes the OpenAPI document of the app's HTTP functions, of their attributes and the comments in the code.</summary>
internal sealed class OpenApiDocument
{
    private const string Json = "application/json";

    private readonly XmlDocs _docs;
    private readonly TypeSchemas _types;
    private readonly IReadOnlyList<SpecSchema> _specs;

    private OpenApiDocument(Assembly assembly, IReadOnlyList<SpecSchema> specs)
    {
        _docs = new XmlDocs(assembly);
        _types = new TypeSchemas(_docs);
        _specs = specs;
    }

    /// <summary>Makes the document.</summary>
    /// <param name="assembly">The assembly with the functions.</param>
    /// <param name="specs">The schemas of specs.</param>
    public static JsonObject Make(Assembly assembly, IReadOnlyList<SpecSchema> specs) => new OpenApiDocument(assembly, specs).Make(ApiFunction.Of(assembly), assembly);

    private JsonObject Make(IReadOnlyList<ApiFunction> functions, Assembly assembly)
    {
        var paths = new JsonObject();
        foreach (var function in functions)
        {
            var path = $"/{RouteParameter.Template(function.Trigger.Route!)}";
            if (paths[path] is not JsonObject operations)
                paths[path] = operations = [];
            foreach (var verb in function.Trigger.Methods!)
                operations[verb] = Operation(function, verb);
        }
        var schemas = new JsonObject { [nameof(Problem)] = ProblemSchema() };
        foreach (var spec in _specs)
            schemas[NameOf(spec)] = Embedded(spec);
        foreach (var (name, schema) in _types.All())
            schemas[name] ??= schema;
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Pipeline",
                ["version"] = assembly.GetName().Version!.ToString(3),
                ["description"] = "Distributed processing as one serverless app: jobs, streams, models, simulations and a grid of volunteers.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = new JsonArray([.. functions.Select(Tag).Distinct().Order(StringComparer.Ordinal).Select(tag => new JsonObject { ["name"] = tag })]),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas, ["securitySchemes"] = SecuritySchemes() },
        };
    }

    private JsonObject Operation(ApiFunction function, string verb)
    {
        var queries = function.Method.GetCustomAttributes<QueryAttribute>().ToList();
        var body = function.Method.GetCustomAttribute<TakesAttribute>();
        var route = RouteParameter.Of(function.Trigger.Route!).ToList();
        var operation = new JsonObject
        {
            ["operationId"] = verb == function.Trigger.Methods![0] ? function.Name : $"{function.Name}{char.ToUpperInvariant(verb[0])}{verb[1..]}",
            ["tags"] = new JsonArray(Tag(function)),
            ["summary"] = _docs.Of(function.Method) ?? function.Name,
            ["x-role"] = function.Role?.ToString().ToLowerInvariant() ?? "anybody",
            ["parameters"] = new JsonArray([.. route.Select(p => Parameter(p.Name, "path", p.About, true, p.Schema)), .. queries.Select(Parameter)]),
        };
        if (body is not null)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(body) };
        operation["responses"] = Responses(function, route.Count > 0 || queries.Count > 0, route.Count > 0, body);
        operation["security"] = Security(function.Role);
        return operation;
    }

    private JsonObject Responses(ApiFunction function, bool hasParameters, bool namesThings, TakesAttribute? body)
    {
        var responses = new JsonObject();
        foreach (var answers in function.Method.GetCustomAttributes<AnswersAttribute>().GroupBy(a => a.Status).OrderBy(g => g.Key))
        {
            var content = new JsonObject();
            foreach (var answer in answers.Where(a => a.Type is not null || a.MediaType is not null))
                content[answer.MediaType ?? Json] = new JsonObject { ["schema"] = answer.Type is { } type ? _types.Of(type) : answer.MediaType == "application/schema+json" ? new JsonObject { ["type"] = "object" } : [] };
            var response = new JsonObject { ["description"] = Describe(answers.First()) };
            if (answers.SelectMany(a => a.Headers).Select(h => h.Split(": ", 2)).ToList() is { Count: > 0 } headers)
                response["headers"] = new JsonObject([.. headers.Select(h => KeyValuePair.Create(h[0], (JsonNode?)new JsonObject { ["description"] = h[1], ["schema"] = new JsonObject { ["type"] = "string" } }))]);
            if (content.Count > 0)
                response["content"] = content;
            responses[$"{answers.Key}"] = response;
        }
        var problems = Problems(function, hasParameters, namesThings, body).Distinct().Select(ProblemTypes.Find).SelectMany(p => p.Statuses.Select(status => (Status: status, Problem: p)));
        foreach (var group in problems.GroupBy(p => p.Status, p => p.Problem).OrderBy(g => g.Key))
        {
            responses[$"{group.Key}"] = new JsonObject
            {
                ["description"] = string.Join(" ", group.Select(p => p.Title)) + (group.Key == StatusCodes.Status401Unauthorized ? " A wrong key is refused by the Functions host itself, without a body." : ""),
                ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = Reference(nameof(Problem)) } },
                ["x-problems"] = FieldSchemas.Array(group.Select(p => p.Name)),
            };
        }
        responses["default"] = new JsonObject { ["description"] = "The app failed; its log tells why." };
        return responses;
    }

    private static IEnumerable<string> Problems(ApiFunction function, bool hasParameters, bool namesThings, TakesAttribute? body)
    {
        if (function.Role is not null)
        {
            yield return ProblemTypes.Unauthenticated;
            yield return ProblemTypes.Forbidden;
        }
        if (hasParameters)
            yield return ProblemTypes.InvalidRequest;
        if (namesThings)
            yield return ProblemTypes.NotFound;
        if (body is not null)
        {
            yield return ProblemTypes.TooLarge;
            if (body.MediaType is null or Json)
                yield return ProblemTypes.MalformedJson;
            yield return body.Spec is not null ? ProblemTypes.InvalidSpec : ProblemTypes.InvalidRequest;
        }
        foreach (var type in function.Method.GetCustomAttribute<MayFailAttribute>()?.Types ?? [])
            yield return type;
    }

    private JsonObject Content(TakesAttribute body)
    {
        JsonObject schema;
        if (body.Spec == "job")
        {
            var jobs = _specs.Where(s => s.Schema["properties"]!["kind"] is not null).ToList();
            schema = new JsonObject
            {
                ["oneOf"] = new JsonArray([.. jobs.Select(s => Reference(NameOf(s)))]),
                ["discriminator"] = new JsonObject
                {
                    ["propertyName"] = "kind",
                    ["mapping"] = new JsonObject([.. jobs.Select(s => KeyValuePair.Create(s.Kind, (JsonNode?)$"#/components/schemas/{NameOf(s)}"))]),
                },
            };
        }
        else
        {
            schema = body.Spec is { } kind ? Reference(NameOf(_specs.First(s => s.Kind == kind))) : body.Type is { } type ? _types.Of(type) : [];
        }
        return new JsonObject { [body.MediaType ?? Json] = new JsonObject { ["schema"] = schema } };
    }

    private static JsonObject Parameter(QueryAttribute query)
    {
        var schema = query.Least is { } least ? FieldSchemas.OfInteger(least, query.Most!.Value)
            : query.Words is { } words ? FieldSchemas.OfChoice(Enum.GetNames(words)) : new JsonObject { ["type"] = "string" };
        if (query.Default is { } otherwise)
            schema["default"] = otherwise;
        return Parameter(query.Name, "query", query.About, query.Required, schema);
    }

    private static JsonObject Parameter(string name, string place, string about, bool required, JsonObject schema) =>
        new() { ["name"] = name, ["in"] = place, ["description"] = about, ["required"] = required, ["schema"] = schema };

    private string Describe(AnswersAttribute answer) => answer.Status switch
    {
        StatusCodes.Status204NoContent => "It is done.",
        StatusCodes.Status206PartialContent => "A part, where a range was asked for.",
        StatusCodes.Status304NotModified => "What the caller has is still right.",
        _ => answer.Type is { IsGenericType: false } type && _docs.Of(type) is { } about ? about
            : answer.Type is { IsGenericType: true } list && _docs.Of(list.GetGenericArguments()[0]) is { } each ? $"An array. Each entry: {each}"
            : "What was asked for.",
    };

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "What went wrong, as RFC 9457 says it.",
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject { ["description"] = "The kind of problem: the address at which it is told.", ["type"] = "string", ["enum"] = FieldSchemas.Array(ProblemTypes.All.Select(p => p.Type)) },
            ["title"] = new JsonObject { ["description"] = "The kind in words.", ["type"] = "string" },
            ["status"] = new JsonObject { ["description"] = "The HTTP status code.", ["type"] = "integer" },
            ["detail"] = new JsonObject { ["description"] = "What went wrong this time, and what to do.", ["type"] = "string" },
            ["errors"] = new JsonObject
            {
                ["description"] = "Every fault of the input at once.",
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["pointer"] = new JsonObject { ["description"] = "Where: a JSON pointer, empty for the whole document.", ["type"] = "string" },
                        ["detail"] = new JsonObject { ["description"] = "What is wrong and what to do.", ["type"] = "string" },
                    },
                    ["required"] = new JsonArray("pointer", "detail"),
                },
            },
        },
        ["required"] = new JsonArray("type", "title", "status", "detail"),
    };

    private static JsonObject SecuritySchemes() => new()
    {
        ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key", ["description"] = "A function key; its role says what it opens." },
        ["code"] = new JsonObject { ["type"] = "apiKey", ["in"] = "query", ["name"] = "code", ["description"] = "The same key in the query, where a header cannot be sent. Queries are logged: prefer the header." },
        ["entra"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "On Azure, where App Service authentication is on: a token of Microsoft Entra ID with an app role, besides a key. The lesser role counts." },
        ["volunteer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "A volunteer's token, or a host's, as its registration answered." },
    };

    private static JsonArray Security(Role? role)
    {
        if (role is null)
            return [];
        var named = role.Value.ToString().ToLowerInvariant();
        return role == Role.Volunteer ? [Needs("volunteer")] : [Needs("key"), Needs("code"), Needs("key", "entra")];

        JsonObject Needs(params string[] schemes) => new([.. schemes.Select(s => KeyValuePair.Create(s, (JsonNode?)new JsonArray(named)))]);
    }

    // Its own definitions move with it.
    private static JsonObject Embedded(SpecSchema spec)
    {
        var schema = (JsonObject)JsonNode.Parse(spec.Schema.ToJsonString().Replace("\"#/$defs/", $"\"#/components/schemas/{NameOf(spec)}/$defs/", StringComparison.Ordinal))!;
        schema.Remove("$schema");
        return schema;
    }

    private static string NameOf(SpecSchema spec) => $"{char.ToUpperInvariant(spec.Kind[0])}{spec.Kind[1..]}Spec";

    private static string Tag(ApiFunction function) => function.Trigger.Route!.Split('/') switch
    {
        ["api", "docs" or "openapi.json" or "problems" or "schemas", ..] => "documentation",
        ["api", var thing, ..] => thing,
        _ => "dashboard",
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };
}
