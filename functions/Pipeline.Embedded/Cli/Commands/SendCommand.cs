using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Cli.Sending;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>send HUB</c>: events for an event hub, from files or made up.</summary>
internal sealed class SendCommand : Verb
{
    private readonly Argument<string> _hub = new("HUB") { Description = "The event hub" };
    private readonly Argument<string?> _file = new("FILE") { Description = "JSON lines, CSV with a header, Parquet or a folder of it; - for JSON lines from standard input", Arity = ArgumentArity.ZeroOrOne };
    private readonly EventOptions _events = new("FILE");
    private readonly Option<string?> _connection = new("--connection") { Description = "Connection string of the event hubs [default: those of the app on the folder]. Also EventHubsConnection.", HelpName = "STRING" };

    public SendCommand()
        : base("send", "Send events to an event hub: from a file, replayed at their own pace, or made up")
    {
        Arguments.Add(_hub);
        Arguments.Add(_file);
        _events.AddTo(this);
        Options.Add(_connection);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("send trades --generate trades --rate 20000 --count 1000000 --seed 7", "send made-up ticks at a steady rate"),
        ("send events clicks.jsonl --partition-key user", "send a file of JSON lines"),
        ("send flights samples/data/flights --time date --speed 3600 --partition-key origin", "replay rows an hour a second"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var hub = parsed.GetRequiredValue(_hub);
        var events = _events.Read(context, parsed, parsed.GetValue(_file));
        await using var connection = await HubConnection.OpenAsync(context, parsed.GetValue(_connection));
        var outcome = await _events.SendAsync(context, parsed, hub, events, connection.Sender);
        context.Answer(
            outcome, CliJson.Readable.SendOutcome,
            (writer, one) => CsvText.Write(
                writer, ["hub", "events", "bytes", "seconds"], [one],
                o => [o.Hub, CsvText.Number(o.Events), CsvText.Number(o.Bytes), o.Seconds.ToString(CultureInfo.InvariantCulture)]),
            one => context.Out.WriteLine(
                $"{Shown.Text(one.Hub)}: {Shown.Count(one.Events, "event")}, {ByteSize.Format(one.Bytes)} in {Shown.Duration(TimeSpan.FromSeconds(one.Seconds))}"));
        if (connection.InProcess)
            context.Note("The hub keeps the events. Streams work on them while an app is up: start 'serve'.");
    }
}
