using System.Globalization;
using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Streams;

/// <summary>
/// What the hubs set off. Retries have no end: while a sink is down or a state is full, events stay in their hub and nothing is lost.
/// </summary>
public sealed class HubFunctions
{
    private const string Group = "%PipelineConsumerGroup%";
    private const string First = "00:00:00.200";
    private const string Longest = "00:00:30";

    private readonly StreamRuntime _runtime;

    /// <summary>Made for each call.</summary>
    public HubFunctions(StreamRuntime runtime) => _runtime = runtime;

    /// <summary>Takes events of the first hub.</summary>
    [Function("StreamHub1")]
    [ExponentialBackoffRetry(-1, First, Longest)]
    public Task Hub1Async(
        [EventHubTrigger("%PipelineHub1%", ConsumerGroup = Group, Connection = EventHubServices.ConnectionName)] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => ProcessAsync(events, context, cancellationToken);

    /// <summary>Takes events of the second hub.</summary>
    [Function("StreamHub2")]
    [ExponentialBackoffRetry(-1, First, Longest)]
    public Task Hub2Async(
        [EventHubTrigger("%PipelineHub2%", ConsumerGroup = Group, Connection = EventHubServices.ConnectionName)] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => ProcessAsync(events, context, cancellationToken);

    /// <summary>Takes events of the third hub.</summary>
    [Function("StreamHub3")]
    [ExponentialBackoffRetry(-1, First, Longest)]
    public Task Hub3Async(
        [EventHubTrigger("%PipelineHub3%", ConsumerGroup = Group, Connection = EventHubServices.ConnectionName)] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => ProcessAsync(events, context, cancellationToken);

    /// <summary>Takes events of the fourth hub.</summary>
    [Function("StreamHub4")]
    [ExponentialBackoffRetry(-1, First, Longest)]
    public Task Hub4Async(
        [EventHubTrigger("%PipelineHub4%", ConsumerGroup = Group, Connection = EventHubServices.ConnectionName)] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => ProcessAsync(events, context, cancellationToken);

    /// <summary>Takes messages between the stages of streams.</summary>
    [Function("StreamShuffle")]
    [ExponentialBackoffRetry(-1, First, Longest)]
    public Task ShuffleAsync(
        [EventHubTrigger("%PipelineShuffleHub%", ConsumerGroup = Group, Connection = EventHubServices.ConnectionName)] EventData[] events,
        FunctionContext context,
        CancellationToken cancellationToken) => _runtime.ShuffleAsync(PartitionOf(context).Partition, Read(events), cancellationToken);

    /// <summary>Lets time go on for streams without events.</summary>
    [Function("StreamTick")]
    public Task TickAsync([TimerTrigger("* * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken) => _runtime.TickAsync(cancellationToken);

    private Task ProcessAsync(EventData[] events, FunctionContext context, CancellationToken cancellationToken)
    {
        var (hub, partition) = PartitionOf(context);
        return _runtime.ProcessAsync(hub, partition, Read(events), cancellationToken);
    }

    private static StreamEvent[] Read(EventData[] events) =>
        Array.ConvertAll(events, e => new StreamEvent(e.EventBody.ToMemory(), e.SequenceNumber, Micros.Of(e.EnqueuedTime), e.OffsetString));

    private static (string Hub, int Partition) PartitionOf(FunctionContext context)
    {
        var json = context.BindingContext.BindingData.TryGetValue("PartitionContext", out var value) && value is string text
            ? text
            : throw new InvalidOperationException("The host did not say which partition the events are of (PartitionContext).");
        using var document = JsonDocument.Parse(json);
        return (
            document.RootElement.GetProperty("EventHubName").GetString()!,
            int.Parse(document.RootElement.GetProperty("PartitionId").GetString()!, CultureInfo.InvariantCulture));
    }
}
