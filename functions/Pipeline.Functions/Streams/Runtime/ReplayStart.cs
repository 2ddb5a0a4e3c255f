namespace Pipeline.Streams;

/// <summary>From when on a replay has all events: what happened then or later came to the hub behind the first event that it reads.</summary>
internal static class ReplayStart
{
    /// <summary>That time in microseconds since 1970; null where the place has all events, or replays none.</summary>
    public static async Task<long?> SinceAsync(ActiveStream stream, StreamPlace place, IPartitionLog log, CancellationToken cancellationToken)
    {
        if (stream.Definition is not { IsReplay: true, From.Earliest: false })
            return null;
        if (place.Stage == StreamStage.Input)
            return await OfPartitionAsync(stream, place.Partition, log, cancellationToken);
        // What the shuffle brings together is whole where it is in every partition.
        long? since = null;
        for (var partition = await log.CountPartitionsAsync(stream.Spec.Hub, cancellationToken) - 1; partition >= 0; partition--)
        {
            if (await OfPartitionAsync(stream, partition, log, cancellationToken) is { } own)
                since = Math.Max(since ?? own, own);
        }
        return since;
    }

    private static async Task<long?> OfPartitionAsync(ActiveStream stream, int partition, IPartitionLog log, CancellationToken cancellationToken)
    {
        var from = stream.Definition.From;
        if (from.After is not { } after || !after.TryGetValue(partition, out var last))
            return from.Time is { } time ? Micros.Of(time) : null;
        var range = await log.RangeAsync(stream.Spec.Hub, partition, cancellationToken);
        var first = Math.Max(last + 1, range.First);
        if (first == 0)
            return null;
        if (first <= range.Last)
        {
            await foreach (var events in log.ReadAsync(stream.Spec.Hub, partition, first, first, cancellationToken))
                return events[0].Enqueued;
        }
        return Micros.Of(stream.Definition.UpdatedAt);
    }
}
