using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>A hub of this process's own endpoint: its log is read as it is, with no network between.</summary>
internal sealed class LogHubSource(EventHub hub) : IEventHubSource
{
    public string FullyQualifiedNamespace => "localhost";

    public Task<HubDescription> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(
        new HubDescription([.. Enumerable.Range(0, hub.Partitions.Count).Select(id => $"{id}")], hub.CreatedAt));

    public Task<IPartitionEvents> OpenAsync(string partitionId, LogPosition position, long epoch, CancellationToken cancellationToken)
    {
        var partition = hub.FindPartition(partitionId)
            ?? throw new ArgumentException($"The event hub '{hub.Name}' has no partition '{partitionId}'.", nameof(partitionId));
        return Task.FromResult<IPartitionEvents>(new LogPartitionEvents(hub.Partitions[partition].OpenReader(position)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
