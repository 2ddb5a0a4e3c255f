using System.Text.Json.Nodes;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>A request that is answered with a fault.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="body">The body; null for an empty one.</param>
internal sealed class DurableRequestException(int status, JsonNode? body = null) : Exception
{
    public int Status { get; } = status;

    public JsonNode? Body { get; } = body;

    /// <summary>An exception in the form in which the API tells it, but for the stack, which is nobody's business.</summary>
    public static JsonObject Describe(string message, Exception exception) => new()
    {
        ["Message"] = message,
        ["ExceptionMessage"] = exception.Message,
        ["ExceptionType"] = exception.GetType().FullName,
        ["StackTrace"] = null,
    };
}
