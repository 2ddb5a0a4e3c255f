using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.ApiDocs;

/// <summary>A parameter in a function's route.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it means, by what it stands behind.</param>
/// <param name="Schema">The schema of its value.</param>
internal sealed partial record RouteParameter(string Name, string About, JsonObject Schema)
{
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["jobs/{id}"] = "The job's id.",
        ["artifacts/{file}"] = "The name of a file that the job made, for instance confusion.png.",
        ["frames/{file}"] = "The number of an image, from 0, and .png.",
        ["datasets/{name}"] = "The dataset.",
        ["files/{path}"] = "The path of a file; it may have slashes.",
        ["models/{name}"] = "The model.",
        ["{name}/{version}"] = "The model's version, from 1.",
        ["streams/{name}"] = "The stream.",
        ["hosts/{id}"] = "The volunteer's host.",
        ["results/{id}"] = "The result that the host computes.",
        ["schemas/{kind}"] = "The kind of spec.",
        ["problems/{name}"] = "The kind of problem, for instance not-found.",
        ["/{path}"] = "The path of a file of the dashboard; it may have slashes, and the empty one is the page.",
    };

    /// <summary>The parameters of a route, in its order.</summary>
    /// <exception cref="InvalidOperationException">Nobody has said what one means.</exception>
    public static IEnumerable<RouteParameter> Of(string route)
    {
        var segments = Template(route).Split('/');
        foreach (var (index, segment) in segments.Index().Where(s => s.Item.StartsWith('{')))
        {
            var place = $"{(index == 0 ? "" : segments[index - 1])}/{segment}";
            var schema = route.Contains($"{segment.TrimEnd('}')}:int}}", StringComparison.Ordinal)
                ? new JsonObject { ["type"] = "integer", ["minimum"] = 0 } : new JsonObject { ["type"] = "string" };
            yield return new RouteParameter(segment.Trim('{', '}'), Meanings.GetValueOrDefault(place) ?? throw new InvalidOperationException($"Say in {nameof(RouteParameter)} what '{place}' means."), schema);
        }
    }

    /// <summary>A route as OpenAPI writes it: without constraints.</summary>
    public static string Template(string route) => Constraints().Replace(route, "{${name}}");

    [GeneratedRegex(@"\{\*?(?<name>\w+)(:\w+)?\}")]
    private static partial Regex Constraints();
}
