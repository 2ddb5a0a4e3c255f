using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>A hub of another process, on this machine or on Azure. A connection that has broken is replaced at the next call.</summary>
internal sealed class AmqpHubSource(EventHubConnectionSettings settings, EventHubTriggerBinding binding, TimeProvider time, ILogger logger) : IEventHubSource
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly IEventHubTokens _tokens = settings.Tokens(time);
    private EventHubConnection? _connection;

    public string FullyQualifiedNamespace => settings.Host;

    public async Task<HubDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        var hub = await connection.DescribeAsync(binding.Hub, cancellationToken);
        return new HubDescription(hub.PartitionIds, hub.CreatedAt);
    }

    public async Task<IPartitionEvents> OpenAsync(string partitionId, LogPosition position, long epoch, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        var link = await connection.OpenReceiverAsync(binding.Hub, binding.ConsumerGroup, partitionId, Selector(position), epoch, cancellationToken);
        return new AmqpPartitionEvents(link, Math.Max(binding.Settings.PrefetchCount, binding.Settings.MaxEventBatchSize));
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
        _opening.Dispose();
    }

    private static string Selector(LogPosition position) => position.Kind switch
    {
        LogPositionKind.End => "amqp.annotation.x-opt-offset > '@latest'",
        LogPositionKind.SequenceNumber when position.Value <= 0 => "amqp.annotation.x-opt-offset > '-1'",
        LogPositionKind.SequenceNumber => $"amqp.annotation.x-opt-sequence-number > '{position.Value - 1}'",
        LogPositionKind.Offset => $"amqp.annotation.x-opt-offset > '{position.Value - 1}'",
        _ => $"amqp.annotation.x-opt-enqueued-time > '{position.Value - 1}'",
    };

    private async Task<EventHubConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsClosed: false } there) return there;
            if (_connection is { } broken) await broken.DisposeAsync();
            return _connection = await EventHubConnection.OpenAsync(settings, _tokens, time, logger, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }
}
