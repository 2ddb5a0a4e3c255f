using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Datasets in each of the formats.</summary>
internal static class DatasetText
{
    /// <summary>Writes a dataset as the answer.</summary>
    public static void Answer(CliContext context, DatasetView dataset) => context.Answer(
        dataset, CliJson.Readable.DatasetView, (writer, one) => WriteCsv(writer, [one]),
        one => context.Out.WriteLine($"{Shown.Text(one.Name)}: {Shown.Count(one.Files, "file")}, {ByteSize.Format(one.Bytes)}"));

    /// <summary>Writes a list of datasets as the answer.</summary>
    public static void Answer(CliContext context, DatasetView[] datasets) => context.AnswerList(
        datasets, CliJson.Readable.DatasetViewArray, WriteCsv, Table(datasets), none: "There are no datasets yet; 'upload PATH DATASET' makes one.");

    private static TextTable Table(DatasetView[] datasets) => TextTable.Of(
        [new("dataset"), new("files", true), new("size", true), new("partitioned by")],
        datasets,
        d => [d.Name, Shown.Number(d.Files), ByteSize.Format(d.Bytes), string.Join(", ", d.PartitionColumns)]);

    private static void WriteCsv(TextWriter writer, DatasetView[] datasets) => CsvText.Write(
        writer, ["name", "files", "bytes", "partitionColumns"], datasets,
        d => [d.Name, CsvText.Number(d.Files), CsvText.Number(d.Bytes), string.Join(' ', d.PartitionColumns)]);
}
