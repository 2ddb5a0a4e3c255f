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
        AllowDuplicateProperties = false,
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
            // The library's message holds no more of the input than a path and a place; what the reader stumbled over is within it.
            throw new SpecException(
                Pointer(e.Path ?? ""),
                e.Message.Length > 300 ? e.Message[..300] + "…" : e.Message,
                e.InnerException is JsonException ? ProblemTypes.MalformedJson : ProblemTypes.InvalidRequest);
        }
    }

    // "$.reports[3].cpuSeconds" becomes "/reports/3/cpuSeconds".
    private static string Pointer(string path) =>
        path.Length is < 2 or > 200 ? "" : path[1..].Replace("]", "", StringComparison.Ordinal).Replace('[', '/').Replace('.', '/');
}
