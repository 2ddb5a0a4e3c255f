using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.ApiDocs;

/// <summary>How documents about the API are written: for people too.</summary>
internal static class ApiJson
{
    /// <summary>With line breaks, and apostrophes as they are.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Responses.Json) { WriteIndented = true, NewLine = "\n" };
}
