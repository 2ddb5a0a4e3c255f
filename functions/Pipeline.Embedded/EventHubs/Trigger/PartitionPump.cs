using Azure.Messaging.EventHubs;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;
using Pipeline.Embedded.Triggers;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// Gives a function the events of one partition, batch after batch, in order. The checkpoint moves on when the function is through
/// with a batch, whether it has succeeded or, after its retries, failed: an event is delivered at least once, and no event holds up
/// a partition for ever, unless the function asks for retries without end.
/// </summary>
internal sealed class PartitionPump : IDisposable
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly HostedFunction _function;
    private readonly TriggerRunner _runner;
    private readonly EventHubTriggerBinding _binding;
    private readonly IEventHubSource _source;
    private readonly HubObjects _objects;
    private readonly PartitionContext _partition;
    private readonly string _owner;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cancelFunction;
    private int _failures;

    public PartitionPump(
        HostedFunction function, TriggerRunner runner, IEventHubSource source, HubObjects objects, string partition, string owner, TimeProvider time, ILogger logger)
    {
        _function = function;
        _runner = runner;
        _binding = (EventHubTriggerBinding)function.Trigger;
        _source = source;
        _objects = objects;
        _partition = new PartitionContext(source.FullyQualifiedNamespace, _binding.Hub, _binding.ConsumerGroup, partition);
        _owner = owner;
        _time = time;
        _logger = logger;
        _cancelFunction = CancellationTokenSource.CreateLinkedTokenSource(runner.Abort);
        Ended = Task.Run(RunAsync);
    }

    /// <summary>Ends when the pump has: because it was stopped, or another host has taken the partition.</summary>
    public Task Ended { get; }

    /// <summary>Takes no more events, waits for the function and writes the checkpoint.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Ended;
    }

    /// <summary>Ends at once, since the partition belongs to another host: the function's token is cancelled.</summary>
    public void Abandon()
    {
        _stop.Cancel();
        _cancelFunction.Cancel();
    }

    /// <summary>Frees what it holds; only when it has ended.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _cancelFunction.Dispose();
    }

    private async Task RunAsync()
    {
        PartitionCheckpoint? checkpoint = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // Once for all attempts: a host that has lost the partition without knowing must not claim it again.
                checkpoint ??= await ClaimAsync();
                await PumpAsync(checkpoint);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (PartitionTakenException e)
            {
                _logger.LogInformation("{Function} has lost {Hub}/{Partition}: {Reason}", _function.Name, _partition.EventHubName, _partition.PartitionId, e.Message);
                Abandon();
            }
            catch (PositionUnknownException e) when (checkpoint?.Latest.SequenceNumber >= 0)
            {
                _logger.LogError(
                    "{Function} cannot go on in {Hub}/{Partition} where it had come to, and begins anew: {Reason}",
                    _function.Name, _partition.EventHubName, _partition.PartitionId, e.Message);
                checkpoint.BeginAnew();
            }
            catch (Exception e)
            {
                var pause = TimeSpan.FromSeconds(Math.Min(1 << Math.Min(_failures++, 10), s_longestPause.TotalSeconds));
                _logger.LogError(e, "{Function} gets no events of {Hub}/{Partition}; trying again in {Pause} s", _function.Name, _partition.EventHubName, _partition.PartitionId, pause.TotalSeconds);
                await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (checkpoint is not null) await checkpoint.FlushAsync();
    }

    private async Task<PartitionCheckpoint> ClaimAsync()
    {
        var hub = await _source.DescribeAsync(_stop.Token);
        var checkpoint = await PartitionCheckpoint.ClaimAsync(_objects, _partition.PartitionId, _owner, hub, _time, _logger, _stop.Token);
        checkpoint.Lost = Abandon;
        return checkpoint;
    }

    private async Task PumpAsync(PartitionCheckpoint checkpoint)
    {
        var from = checkpoint.Latest;
        var position = from.SequenceNumber < 0 ? _binding.Settings.InitialOffset : LogPosition.AfterSequenceNumber(from.SequenceNumber);
        await using var events = await _source.OpenAsync(_partition.PartitionId, position, from.Epoch, _stop.Token);
        _logger.LogDebug("{Function} takes {Hub}/{Partition} behind event {Sequence}", _function.Name, _partition.EventHubName, _partition.PartitionId, from.SequenceNumber);
        await PumpAsync(events, checkpoint);
    }

    private async Task PumpAsync(IPartitionEvents events, PartitionCheckpoint checkpoint)
    {
        // The least size is for functions that take many events at once.
        var settings = _binding.IsBatched ? _binding.Settings : _binding.Settings with { MinEventBatchSize = 1 };
        var batcher = new EventBatcher(events, settings, _time);
        var batches = 0;
        EventData? done = null;
        try
        {
            while (true)
            {
                var batch = await batcher.NextAsync(_stop.Token);
                var through = await DispatchAsync(batch);
                if (through > 0) done = batch[through - 1];
                if (through < batch.Length) throw new OperationCanceledException(_stop.Token);
                _failures = 0;
                if (++batches % settings.BatchCheckpointFrequency == 0) Note(done!);
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            if (done is not null) Note(done);
        }

        void Note(EventData last) => checkpoint.Advance(last.SequenceNumber, last.OffsetString!);
    }

    /// <summary>Gives the function events, and tells with how many it is through.</summary>
    private async Task<int> DispatchAsync(EventData[] events)
    {
        if (_binding.IsBatched) return await IsThroughAsync(events) ? events.Length : 0;
        for (var i = 0; i < events.Length; i++)
        {
            if (_stop.IsCancellationRequested || !await IsThroughAsync([events[i]])) return i;
        }

        return events.Length;
    }

    private async Task<bool> IsThroughAsync(EventData[] events)
    {
        var batch = new EventBatch(_partition, events);
        var failure = await _runner.RunAsync(_function, batch, batch, _stop.Token, _cancelFunction.Token);
        // Cut short by the end, which is not the events' fault: they are delivered again.
        return failure is null || !(_cancelFunction.IsCancellationRequested || (_stop.IsCancellationRequested && _function.Retry is not null));
    }
}
