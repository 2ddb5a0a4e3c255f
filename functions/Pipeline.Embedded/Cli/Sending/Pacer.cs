using System.Runtime.CompilerServices;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Cuts events into batches, each given when it is time for it: so many a second, or as far apart as the events themselves were.</summary>
/// <param name="time">The clock.</param>
/// <param name="rate">Events a second; null for no such bound.</param>
/// <param name="speed">How many times faster than they happened events are replayed; null for no such bound.</param>
internal sealed class Pacer(TimeProvider time, double? rate, double? speed)
{
    private const int MostEvents = 2_000;
    private const int MostBytes = 4 << 20;

    // A wait shorter than this is not worth waking up for; events of that long go together.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(10);

    /// <summary>The batches.</summary>
    public async IAsyncEnumerable<IReadOnlyList<EventToSend>> BatchesAsync(
        IAsyncEnumerable<EventToSend> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<EventToSend>();
        var bytes = 0L;
        var began = time.GetTimestamp();
        DateTimeOffset? first = null;
        var number = 0L;
        await foreach (var one in events.WithCancellation(cancellationToken))
        {
            first ??= one.Time;
            var due = Due(number++, one.Time - first);
            var wait = due - time.GetElapsedTime(began);
            if (batch.Count > 0 && (wait > Grain || batch.Count == MostEvents || bytes > MostBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
                wait = due - time.GetElapsedTime(began);
            }
            if (wait > Grain)
                await Task.Delay(wait, time, cancellationToken);
            batch.Add(one);
            bytes += one.Body.Length;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private TimeSpan Due(long number, TimeSpan? since)
    {
        var due = rate is { } perSecond ? TimeSpan.FromSeconds(number / perSecond) : TimeSpan.Zero;
        var replayed = speed is { } times && since is { } apart ? apart / times : TimeSpan.Zero;
        return due > replayed ? due : replayed;
    }
}
