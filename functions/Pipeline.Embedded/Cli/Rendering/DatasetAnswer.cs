using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Writes datasets in the format that was asked for.</summary>
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

    /// <summary>Writes a list of datasets as the answer.</summary>
    public static void Write(CliContext context, DatasetView[] datasets)
    {
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
    }
}
