using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream alerts NAME</c>: the latest alerts of a stream.</summary>
internal sealed class StreamAlertsCommand : Verb
{
    private const int UsualTop = 20;

    private readonly Argument<string> _name = new("NAME") { Description = "The stream" };
    private readonly Option<int?> _top = CommonArguments.Number("--top", "N", $"How many at most [default: {UsualTop}]", 1, 10_000);

    public StreamAlertsCommand()
        : base("alerts", "Show the latest alerts of a stream")
    {
        Arguments.Add(_name);
        Options.Add(_top);
    }

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        await using var app = await context.ConnectAsync();
        var alerts = await app.Client.GetStreamAlertsAsync(parsed.GetRequiredValue(_name), parsed.GetValue(_top) ?? UsualTop, context.Interrupted);
        context.AnswerList(alerts, CliJson.Readable.StreamAlerts, StreamText.WriteCsv, StreamText.Table(alerts), none: "There are no alerts.");
    }
}
