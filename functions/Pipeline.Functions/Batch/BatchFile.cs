namespace Pipeline.Batch;

/// <summary>A Parquet file, or some of its row groups, at one version.</summary>
/// <param name="Path">Its path in the container <c>datasets</c>.</param>
/// <param name="ETag">The version that was planned on; another one fails the task.</param>
/// <param name="RowGroups">The row groups that are read, by number.</param>
/// <param name="Rows">How many rows those have.</param>
/// <param name="Bytes">How many bytes their chunks of the columns take that are read.</param>
/// <param name="Partition">The values of the Hive partition columns, in the order of the dataset's.</param>
public sealed record BatchFile(
    string Path,
    string ETag,
    IReadOnlyList<int> RowGroups,
    long Rows,
    long Bytes,
    IReadOnlyList<string?> Partition);
