using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>A request to the Durable HTTP API, with what its handlers ask of it.</summary>
internal sealed class DurableRequest(HttpContext http)
{
    private const string ContinuationHeader = "x-ms-continuation-token";

    private static readonly int s_depth = DurableUrls.Path.Count(c => c == '/');

    public HttpContext Http => http;

    public CancellationToken Aborted => http.RequestAborted;

    public bool IsJson => http.Request.HasJsonContentType();

    /// <summary>How many things a page of a list holds: 100, unless asked for others, and 1,000 at most.</summary>
    public int PageSize => Math.Min(QueryInteger("top") ?? 100, 1000);

    /// <summary>What the page before gave to ask for this one; null for the first.</summary>
    public string? ContinuationToken => http.Request.Headers[ContinuationHeader].ToString() is { Length: > 0 } token ? token : null;

    /// <summary>
    /// A part of the path below the API's own, as its sender meant it. Taken from the path as it was sent: a route's values keep
    /// <c>%2F</c> as it is, so that they cannot tell an encoded slash from the text "%2F", and ids may hold both.
    /// </summary>
    public string Segment(int index)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?')[0];
        if (!path.StartsWith('/')) path = new Uri(path).AbsolutePath;
        var parts = path.Split('/');
        return parts.Length > s_depth + 1 + index
            ? Uri.UnescapeDataString(parts[s_depth + 1 + index])
            : throw new DurableRequestException(StatusCodes.Status404NotFound);
    }

    public string? Query(string name) => http.Request.Query[name].LastOrDefault() is { Length: > 0 } value ? value : null;

    public bool Query(string name, bool otherwise) => bool.TryParse(Query(name), out var value) ? value : otherwise;

    public int? QueryInteger(string name) =>
        int.TryParse(Query(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;

    /// <summary>A time of the query; null if it is not there.</summary>
    /// <exception cref="DurableRequestException">It is not a time.</exception>
    public DateTimeOffset? QueryTime(string name)
    {
        var text = Query(name);
        if (text is null) return null;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)
            ? time
            : throw new DurableRequestException(StatusCodes.Status400BadRequest, $"Please provide value for '{name}' parameter.");
    }

    /// <summary>The statuses of the query; words that are none are passed over. Null if there is none.</summary>
    public IReadOnlyList<OrchestrationRuntimeStatus>? QueryStatuses()
    {
        var statuses = (Query("runtimeStatus") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(word => Enum.TryParse<OrchestrationRuntimeStatus>(word, ignoreCase: true, out _) && !char.IsAsciiDigit(word[0]))
            .Select(word => Enum.Parse<OrchestrationRuntimeStatus>(word, ignoreCase: true))
            .ToList();
        return statuses.Count == 0 ? null : statuses;
    }

    /// <summary>A body's text as JSON.</summary>
    /// <exception cref="DurableRequestException">It is not JSON.</exception>
    public static JsonElement ParseJson(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException e)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, DurableRequestException.Describe("Invalid JSON content", e));
        }
    }

    public async Task<string> ReadTextAsync()
    {
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        return await reader.ReadToEndAsync(Aborted);
    }

    public Task WriteAsync(int status, JsonNode? body = null)
    {
        http.Response.StatusCode = status;
        return body is null ? Task.CompletedTask : WriteJsonAsync(body);
    }

    /// <summary>Writes a value; null is the word null.</summary>
    public async Task WriteJsonAsync(JsonNode? body)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(body?.ToJsonString(DurableJson.Options) ?? "null", Aborted);
    }

    /// <summary>Writes one page of a list, with the header that asks for the next.</summary>
    /// <exception cref="DurableRequestException">The list cannot be asked for so.</exception>
    public async Task WritePageAsync<T>(Func<AsyncPageable<T>> list, Func<T, JsonNode> show)
        where T : notnull
    {
        Page<T> page;
        try
        {
            page = await list().AsPages().FirstAsync(Aborted);
        }
        catch (ArgumentException e)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, e.Message);
        }

        if (page.ContinuationToken is { } next) http.Response.Headers[ContinuationHeader] = next;
        await WriteJsonAsync(new JsonArray([.. page.Values.Select(show)]));
    }
}
