namespace Pipeline.Storage;

/// <summary>A Parquet file of a dataset.</summary>
/// <param name="Object">The file, at one version. Its path begins with the dataset's name.</param>
/// <param name="Partition">The values of the dataset's partition columns, in their order, as text; null for null.</param>
/// <param name="Footer">What its footer says.</param>
public sealed record DatasetFile(ObjectInfo Object, IReadOnlyList<string?> Partition, ParquetFooter Footer);
