using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream list</c>: the streams of an app.</summary>
internal sealed class StreamListCommand : Verb
{
    public StreamListCommand()
        : base("list", "List streams")
    {
    }

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        await using var app = await context.ConnectAsync();
        var list = await app.Client.ListStreamsAsync(context.Interrupted);
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(list, CliJson.Readable.StreamList);
                break;
            case OutputFormat.Csv:
                StreamText.WriteCsv(context.Out.Writer, list.Streams);
                break;
            case OutputFormat.Table when list.Streams.Count > 0:
                context.WriteTable(StreamText.Table(list.Streams, context.Time.LocalTimeZone));
                break;
        }
        if (list.Streams.Count == 0)
            context.Note("There are no streams yet; 'stream apply FILE' makes one.");
    }
}
