using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>The URLs of the Durable HTTP API of one host.</summary>
internal sealed class DurableUrls(Uri baseAddress, string hubName, string key)
{
    /// <summary>What every path of the API starts with.</summary>
    public const string Path = "/runtime/webhooks/durabletask";

    private readonly string _query = $"taskHub={Uri.EscapeDataString(hubName)}&connection=Storage&code={Uri.EscapeDataString(key)}";

    /// <summary>The URLs by which an instance is managed.</summary>
    public HttpManagementPayload Of(string instanceId)
    {
        var instance = $"{baseAddress.GetLeftPart(UriPartial.Authority)}{Path}/instances/{Uri.EscapeDataString(instanceId)}";
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = $"{instance}?{_query}",
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}?{_query}",
            TerminatePostUri = $"{instance}/terminate?reason={{text}}&{_query}",
            RewindPostUri = $"{instance}/rewind?reason={{text}}&{_query}",
            PurgeHistoryDeleteUri = $"{instance}?{_query}",
            RestartPostUri = $"{instance}/restart?{_query}",
            SuspendPostUri = $"{instance}/suspend?reason={{text}}&{_query}",
            ResumePostUri = $"{instance}/resume?reason={{text}}&{_query}",
        };
    }

    /// <summary>The same as the body of an answer.</summary>
    public JsonNode? BodyOf(string instanceId) => JsonSerializer.SerializeToNode(Of(instanceId), JsonSerializerOptions.Web);
}
