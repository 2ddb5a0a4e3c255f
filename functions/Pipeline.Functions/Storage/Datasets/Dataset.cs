namespace Pipeline.Storage;

/// <summary>A dataset: Parquet files with the same columns, as they were at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns: those of the files, in the order of the first file, then the partition columns.</param>
/// <param name="PartitionColumns">The columns whose values are the names of folders (<c>key=value</c>), outermost first.</param>
/// <param name="Files">Its files, in ordinal order of their paths.</param>
public sealed record Dataset(
    string Name, IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<string> PartitionColumns, IReadOnlyList<DatasetFile> Files);
