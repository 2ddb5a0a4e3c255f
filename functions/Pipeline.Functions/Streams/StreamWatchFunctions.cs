using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>Tells once a minute how far streams are behind their hubs, what went to quarantine and what raises alarms (see
/// <see cref="PipelineMeter"/>).</summary>
public sealed partial class StreamWatchFunctions(StreamService streams, ILogger<StreamWatchFunctions> logger)
{
    /// <summary>Looks at every stream that runs.</summary>
    [Function("StreamWatch")]
    public async Task RunAsync([TimerTrigger("20 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (var stream in (await streams.ListAsync(cancellationToken)).Streams.Where(s => s.Status == StreamStatus.Running))
        {
            try
            {
                if (await streams.StateAsync(stream.Name, cancellationToken) is { } state)
                    Tell(state);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The others must not go unwatched.
                LogUnseen(e, stream.Name);
            }
        }
    }

    private static void Tell(StreamStateView state)
    {
        var tag = new KeyValuePair<string, object?>("stream", state.Name);
        if (state.Lag is { } lag)
            PipelineMeter.StreamLag.Record(lag, tag);
        PipelineMeter.StreamDeadLettered.Record(state.Counters.DeadLettered, tag);
        PipelineMeter.StreamAlarms.Record(state.Alarms.Count, tag);
    }

    [LoggerMessage(1, LogLevel.Warning, "How stream '{Stream}' stands could not be seen")]
    private partial void LogUnseen(Exception error, string stream);
}
