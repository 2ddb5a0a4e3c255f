using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Writes one dataset in the format that was asked for.</summary>
internal static class DatasetAnswer
{
    /// <summary>Writes the dataset as the answer.</summary>
    public static void Write(CliContext context, DatasetView dataset)
    {
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(dataset, CliJson.Readable.DatasetView);
                break;
            case OutputFormat.Csv:
                DatasetText.WriteCsv(context.Out.Writer, [dataset]);
                break;
            default:
                context.Out.WriteLine($"{Shown.Text(dataset.Name)}: {Shown.Count(dataset.Files, "file")}, {ByteSize.Format(dataset.Bytes)}");
                break;
        }
    }
}
