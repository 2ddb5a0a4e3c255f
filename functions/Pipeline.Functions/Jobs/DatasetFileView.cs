namespace Pipeline.Jobs;

/// <summary>One file of a dataset (<c>GET /api/datasets/{name}/files</c>).</summary>
/// <param name="Path">Its path in the dataset.</param>
/// <param name="Partition">The values of the partition columns, by name; null for null.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Bytes">How many bytes it has.</param>
/// <param name="RowGroups">Into how many row groups its rows are cut.</param>
/// <param name="ModifiedAt">When it was written.</param>
public sealed record DatasetFileView(
    string Path, IReadOnlyDictionary<string, string?> Partition, long Rows, long Bytes, int RowGroups, DateTimeOffset ModifiedAt);
