using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>datasets</c>: the datasets of an app.</summary>
internal sealed class DatasetsCommand : Verb
{
    public DatasetsCommand()
        : base("datasets", "List datasets")
    {
    }

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        await using var app = await context.ConnectAsync();
        DatasetText.Answer(context, await app.Client.ListDatasetsAsync(context.Interrupted));
    }
}
