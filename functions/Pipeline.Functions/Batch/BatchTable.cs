using Pipeline.Sql;

namespace Pipeline.Batch;

/// <summary>A table of a query: the files behind it and the columns that are read.</summary>
/// <param name="Name">Its name in the query.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Partitioned">Whether the tasks of a stage share out its rows; otherwise every task that names it reads all of it.</param>
/// <param name="Columns">All its columns, Hive partition columns among them.</param>
/// <param name="PartitionColumns">The Hive partition columns, outermost first.</param>
/// <param name="Read">The columns that are read.</param>
/// <param name="Files">The files that are read.</param>
/// <param name="FilesTotal">How many files the dataset has.</param>
/// <param name="RowGroupsTotal">How many row groups the dataset has.</param>
/// <param name="BytesTotal">How many bytes the dataset has.</param>
public sealed record BatchTable(
    string Name,
    string Dataset,
    bool Partitioned,
    IReadOnlyList<ColumnSchema> Columns,
    IReadOnlyList<string> PartitionColumns,
    IReadOnlyList<string> Read,
    IReadOnlyList<BatchFile> Files,
    int FilesTotal,
    int RowGroupsTotal,
    long BytesTotal);
