using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>The partition that a function's events come from, as the binding data show it.</summary>
/// <param name="FullyQualifiedNamespace">The namespace's host name.</param>
/// <param name="EventHubName">The hub.</param>
/// <param name="ConsumerGroup">The consumer group.</param>
/// <param name="PartitionId">The partition.</param>
internal sealed record PartitionContext(string FullyQualifiedNamespace, string EventHubName, string ConsumerGroup, string PartitionId)
{
    /// <summary>The same as JSON.</summary>
    [JsonIgnore]
    public string Json => _json ??= JsonSerializer.Serialize(this);

    private string? _json;
}
