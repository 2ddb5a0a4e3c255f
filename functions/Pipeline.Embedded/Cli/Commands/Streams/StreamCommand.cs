using System.CommandLine;
using System.Text.Json;
using Pipeline.Embedded.Cli.Rendering;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream NAME</c>: how a stream stands and what it gives, once or live; and the verbs about streams.</summary>
internal sealed class StreamCommand : Verb
{
    /// <summary>How many rows of the latest windows are shown unless somebody wants more.</summary>
    public const int UsualRows = 15;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Argument<string> _name = new("NAME") { Description = "The stream" };
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Show it live until Ctrl-C; with --output json, a document a second" };
    private readonly Option<int?> _top = CommonArguments.Number("--top", "N", $"Rows of the latest windows to show [default: {UsualRows}]", 1, 10_000);

    public StreamCommand()
        : base("stream", "Show a stream: watermark, lag, events a second, its latest windows; or work with streams")
    {
        Arguments.Add(_name);
        Options.Add(_watch);
        Options.Add(_top);
        foreach (var verb in new Verb[] { new StreamApplyCommand(), new StreamListCommand(), StreamActionCommand.Pause(), StreamActionCommand.Resume(), new StreamRewindCommand(), StreamActionCommand.Delete(), new StreamAlertsCommand() })
            Subcommands.Add(verb);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("stream apply samples/trading/vwap.json", "make a stream, or change it"),
        ("stream vwap --watch", "watch its windows as they close"),
        ("stream rewind vwap --to earliest", "replay it from the oldest event"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var rows = parsed.GetValue(_top) ?? UsualRows;
        await using var app = await context.ConnectAsync();
        var watcher = new StreamWatcher(app.Client, parsed.GetRequiredValue(_name), rows);
        if (parsed.GetValue(_watch))
            await WatchAsync(context, watcher, rows);
        else
            Answer(context, await watcher.AskAsync(context.Interrupted), rows);
    }

    /// <summary>Writes how a stream stands.</summary>
    public static void Answer(CliContext context, StreamReport report, int rows) => context.Answer(
        report, CliJson.Readable.StreamReport, (writer, one) => StreamText.WriteCsv(writer, one.Windows), one => context.Out.Write(Render(one, rows, context.Out.Width)));

    private static async Task WatchAsync(CliContext context, StreamWatcher watcher, int rows)
    {
        if (context.Settings.Output == OutputFormat.Csv)
            throw new CliException(CliFault.Usage("--watch shows a table, or with --output json a document a second; csv has no place for what changes."));
        if (context.Settings.Output == OutputFormat.Table && context.Out.CanRedraw)
        {
            var first = await watcher.AskAsync(context.Interrupted);
            await context.Out.Console.Live(Render(first, rows, context.Out.Width)).AutoClear(false).Overflow(VerticalOverflow.Crop).StartAsync(live =>
                EachAsync(context, watcher, report => live.UpdateTarget(Render(report, rows, context.Out.Width))));
            return;
        }
        await EachAsync(context, watcher, report =>
        {
            if (context.Settings.Output == OutputFormat.Json)
                context.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Compact.StreamReport));
            else
                context.Out.WriteLine(string.Join(" | ", StreamText.Lines(report.State)));
        });
    }

    private static async Task EachAsync(CliContext context, StreamWatcher watcher, Action<StreamReport> show)
    {
        while (true)
        {
            show(await watcher.AskAsync(context.Interrupted));
            await Task.Delay(Between, context.Time, context.Interrupted);
        }
    }

    private static Rows Render(StreamReport report, int rows, int? width)
    {
        List<IRenderable> parts = [.. StreamText.Lines(report.State).Select((line, i) => new Text(line, i == 0 ? new Style(decoration: Decoration.Bold) : Style.Plain))];
        if (report.State.Partitions.Count > 0)
            parts.Add(StreamText.Partitions(report.State).Render(width, out _));
        parts.Add(report.Windows.Windows.Count > 0 ? StreamText.Windows(report.Windows, rows).Render(width, out _) : new Text("No window has closed yet."));
        return new Rows(parts);
    }
}
