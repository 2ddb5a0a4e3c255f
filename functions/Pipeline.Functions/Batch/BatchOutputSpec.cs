using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>The dataset that a batch job writes.</summary>
/// <param name="Dataset">Its name.</param>
/// <param name="PartitionBy">Columns of the result that become Hive folders, outermost first.</param>
/// <param name="Compression">The Parquet codec.</param>
/// <param name="Mode">What happens to data that the dataset has.</param>
public sealed record BatchOutputSpec(string Dataset, IReadOnlyList<string> PartitionBy, string Compression, string Mode)
{
    /// <summary>Refuse to write into a dataset that has data: the default, as it cannot lose any.</summary>
    public const string Fail = "fail";

    /// <summary>Write beside the data that is there.</summary>
    public const string Append = "append";

    /// <summary>Write the new data, then remove the old.</summary>
    public const string Replace = "replace";

    private static readonly string[] Compressions = ["zstd", "snappy", "gzip", "uncompressed"];

    /// <summary>The codec where none is named.</summary>
    public const string DefaultCompression = "zstd";

    internal static BatchOutputSpec? Read(SpecReader reader, List<SpecFault> faults)
    {
        var dataset = reader.Text("dataset", required: true, about: "The dataset's name.");
        if (dataset is not null && !BatchSpec.CheckDataset(dataset, "/output/dataset", faults))
            dataset = null;
        var partitionBy = reader.Texts("partitionBy", maxCount: 8, about: "Columns of the result that become Hive folders, outermost first.");
        var compression = reader.Choice("compression", Compressions, DefaultCompression, "The Parquet codec.");
        var mode = reader.Choice("mode", [Fail, Append, Replace], Fail, "What happens to data that the dataset has: fail because of it, append to it, or replace it (the new files are written, then the old removed).");
        reader.End();
        return dataset is null ? null : new BatchOutputSpec(dataset, partitionBy, compression, mode);
    }
}
