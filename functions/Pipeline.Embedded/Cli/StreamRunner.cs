using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli;

/// <summary>Lets a stream work through events that are sent to it, to the last one.</summary>
/// <param name="context">The verb.</param>
/// <param name="app">The app.</param>
/// <param name="stream">The stream as the app has it.</param>
internal sealed class StreamRunner(CliContext context, AppConnection app, StreamView stream)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends, and waits until the stream and its sinks have taken everything.</summary>
    /// <param name="send">Sends.</param>
    public async Task RunAsync(Func<Task<SendOutcome>> send)
    {
        var before = await ReadAsync();
        var sent = await send();
        await context.Progress.ShowAsync(new ProgressStep("Stream", Shown.Text(stream.Name), null), async progress =>
        {
            while (await ReadAsync() is var now && !HasTaken(now, before.Counters.Events + sent.Events))
            {
                progress.Report(new ProgressStep("working", $"{Shown.Number(now.Counters.Events - before.Counters.Events)} of {Shown.Count(sent.Events, "event")}", null));
                await Task.Delay(Between, context.Time, context.Interrupted);
            }
            return sent;
        });
    }

    // A stream that somebody holds back would let this wait for ever.
    private bool HasTaken(StreamStateView state, long events)
    {
        if (state.Status != StreamStatus.Running)
            throw new CliException(CliFault.Conflict($"The stream {stream.Name} is {state.Status}, and takes no events.", $"Try: stream resume {stream.Name}"));
        return state.Counters.Events >= events && state.Lag is 0 && state.Partitions.Sum(partition => partition.Pending) == 0;
    }

    private Task<StreamStateView> ReadAsync() => app.Client.GetStreamStateAsync(stream.Name, context.Interrupted);
}
