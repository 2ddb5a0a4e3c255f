namespace Pipeline.Storage;

/// <summary>What a task reads of a Parquet file.</summary>
/// <param name="Container">The container that holds the file.</param>
/// <param name="Path">The file's path.</param>
/// <param name="ETag">The version that the task was planned on.</param>
/// <param name="Columns">The columns that are read, by name without regard to case.</param>
/// <param name="RowGroups">The row groups that are read, by number.</param>
public sealed record ParquetSlice(
    string Container, string Path, string ETag, IReadOnlyList<string> Columns, IReadOnlyList<int> RowGroups);
