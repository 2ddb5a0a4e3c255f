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
        context.AnswerList(
            list, CliJson.Readable.StreamList, (writer, all) => StreamText.WriteCsv(writer, all.Streams),
            StreamText.Table(list.Streams, context.Time.LocalTimeZone), none: "There are no streams yet; 'stream apply FILE' makes one.");
    }
}
