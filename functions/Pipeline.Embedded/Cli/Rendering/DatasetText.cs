using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Datasets in each of the formats.</summary>
internal static class DatasetText
{
    /// <summary>A list of datasets for a person.</summary>
    public static TextTable Table(IReadOnlyList<DatasetView> datasets) => new(
        [new("dataset"), new("files", true), new("size", true), new("partitioned by")],
        datasets.Select(d => (IReadOnlyList<string?>)
        [
            d.Name,
            d.Files.ToString("N0", CultureInfo.InvariantCulture),
            ByteSize.Format(d.Bytes),
            string.Join(", ", d.PartitionColumns),
        ]).ToList());

    /// <summary>Datasets as CSV, with a header.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<DatasetView> datasets)
    {
        CsvText.WriteRecord(writer, ["name", "files", "bytes", "partitionColumns"]);
        foreach (var dataset in datasets)
        {
            CsvText.WriteRecord(writer,
            [
                dataset.Name,
                dataset.Files.ToString(CultureInfo.InvariantCulture),
                dataset.Bytes.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', dataset.PartitionColumns),
            ]);
        }
    }
}
