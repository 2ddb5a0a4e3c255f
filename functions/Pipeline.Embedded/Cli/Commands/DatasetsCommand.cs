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
        var datasets = await app.Client.ListDatasetsAsync(context.Interrupted);
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(datasets, CliJson.Readable.DatasetViewArray);
                break;
            case OutputFormat.Csv:
                DatasetText.WriteCsv(context.Out.Writer, datasets);
                break;
            case OutputFormat.Table when datasets.Length > 0:
                context.WriteTable(DatasetText.Table(datasets));
                break;
        }
        if (datasets.Length == 0)
            context.Note("There are no datasets yet; 'upload PATH DATASET' makes one.");
    }
}
