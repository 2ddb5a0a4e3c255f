using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>Instances and their histories as the Durable HTTP API shows them.</summary>
internal static class DurableJson
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An instance.</summary>
    /// <param name="instance">The instance, fetched with its payloads.</param>
    /// <param name="showInput">Whether its input is shown.</param>
    public static JsonObject Status(OrchestrationMetadata instance, bool showInput) => new()
    {
        ["name"] = instance.Name,
        ["instanceId"] = instance.InstanceId,
        ["runtimeStatus"] = instance.RuntimeStatus.ToString(),
        ["input"] = showInput ? Value(instance.SerializedInput) : null,
        ["customStatus"] = Value(instance.SerializedCustomStatus),
        ["output"] = Value(instance.SerializedOutput),
        ["createdTime"] = WholeSeconds(instance.CreatedAt),
        ["lastUpdatedTime"] = WholeSeconds(instance.LastUpdatedAt),
    };

    /// <summary>A history. What steps were given and gave, which may be much, is shown on demand only.</summary>
    public static JsonArray History(IReadOnlyList<HistoryEntry> history, bool showOutput) =>
        new([.. history.Select(entry => Entry(entry, showOutput))]);

    /// <summary>A payload as a JSON value; one that is not JSON, such as a failure's text, as a string.</summary>
    public static JsonNode? Value(string? text)
    {
        if (text is null) return null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static JsonObject Entry(HistoryEntry entry, bool showOutput)
    {
        var shown = new JsonObject { ["EventType"] = entry.EventType, ["Timestamp"] = Time(entry.Timestamp) };
        Add("FunctionName", entry.FunctionName);
        Add("ScheduledTime", entry.ScheduledTime is { } scheduled ? Time(scheduled) : null);
        Add("FireAt", entry.FireAt is { } due ? Time(due) : null);
        Add("Name", entry.Name);
        Add("InstanceId", entry.InstanceId);
        Add("OrchestrationStatus", entry.OrchestrationStatus);
        Add("Reason", entry.Reason);
        if (showOutput || entry.EventType == "ExecutionStarted") Add("Input", Value(entry.Input));
        if (!showOutput) return shown;
        Add("Result", Value(entry.Result));
        Add("Details", entry.Details);
        return shown;

        void Add(string name, JsonNode? value)
        {
            if (value is not null) shown[name] = value;
        }
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private static string WholeSeconds(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
