using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Puts a partition's events together as host.json asks: at once where the least batch is one event, else as long as may be waited.</summary>
internal sealed class EventBatcher(IPartitionEvents events, EventHubTriggerSettings settings, TimeProvider time)
{
    // A batch of the largest events would be gigabytes.
    private const int MostBytes = 16 << 20;

    private readonly List<EventData> _taken = [];

    /// <summary>The next events.</summary>
    public async Task<EventData[]> NextAsync(CancellationToken cancellationToken)
    {
        _taken.Clear();
        long bytes = 0;
        TakeAvailable(ref bytes);
        while (_taken.Count == 0)
        {
            await events.WaitAsync(cancellationToken);
            TakeAvailable(ref bytes);
        }

        if (_taken.Count < settings.MinEventBatchSize && bytes < MostBytes) await FillAsync(bytes, cancellationToken);
        return [.. _taken];
    }

    private async Task FillAsync(long bytes, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(settings.MaxWaitTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            while (_taken.Count < settings.MinEventBatchSize && bytes < MostBytes)
            {
                await events.WaitAsync(either.Token);
                TakeAvailable(ref bytes);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // What there is goes.
        }
    }

    private void TakeAvailable(ref long bytes)
    {
        while (_taken.Count < settings.MaxEventBatchSize && bytes < MostBytes && events.TryRead(out var next))
        {
            _taken.Add(new EventData(next));
            bytes += next.Body.Length;
        }
    }
}
