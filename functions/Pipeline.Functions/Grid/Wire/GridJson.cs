using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Grid.Wire;

/// <summary>How the documents between volunteers and the app are written, and read with care: nothing may lack, and nothing be null that
/// must not be.</summary>
public static class GridJson
{
    /// <summary>The options of both sides.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
    };

    /// <summary>Reads a document that a stranger sent.</summary>
    /// <exception cref="SpecException">It is not one; says where.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)
                ?? throw new SpecException("", "The document is null; it must be an object.", ProblemTypes.InvalidRequest);
        }
        catch (JsonException e)
        {
            // The library's message holds no more of the input than a path and a place.
            var isJson = e.Path is { Length: > 1 };
            throw new SpecException(
                isJson ? Pointer(e.Path!) : "",
                e.Message.Length > 300 ? e.Message[..300] + "…" : e.Message,
                isJson ? ProblemTypes.InvalidRequest : ProblemTypes.MalformedJson);
        }
    }

    // "$.reports[3].cpuSeconds" becomes "/reports/3/cpuSeconds".
    private static string Pointer(string path) =>
        path.Length > 200 ? "" : path[1..].Replace("]", "", StringComparison.Ordinal).Replace('[', '/').Replace('.', '/');
}
