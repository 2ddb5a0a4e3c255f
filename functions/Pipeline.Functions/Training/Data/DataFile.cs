namespace Pipeline.Training;

/// <summary>Some row groups of a Parquet file, one after the other, at one version.</summary>
/// <param name="Path">Its path in the container <c>datasets</c>.</param>
/// <param name="ETag">The version that was planned on; another one fails the task.</param>
/// <param name="RowGroups">The row groups, by number.</param>
/// <param name="FirstRow">The number of the first row in the file, from 0.</param>
/// <param name="Rows">How many rows there are.</param>
/// <param name="Bytes">How many bytes of storage are read.</param>
/// <param name="Partition">The values of the Hive partition columns, in the order of the dataset's.</param>
public sealed record DataFile(
    string Path, string ETag, IReadOnlyList<int> RowGroups, long FirstRow, long Rows, long Bytes, IReadOnlyList<string?> Partition);
