namespace Pipeline.Jobs;

/// <summary>One table of a plan and what of it is read.</summary>
/// <param name="Name">The table's name in the query.</param>
/// <param name="Dataset">The dataset behind it.</param>
/// <param name="Role"><c>partitioned</c> (its rows are shared out among the tasks), <c>broadcast</c> (every task reads it) or
/// <c>whole</c> (the one task reads it).</param>
/// <param name="Columns">Columns that are read.</param>
/// <param name="ColumnsTotal">Columns that the dataset has.</param>
/// <param name="Files">Files that are read.</param>
/// <param name="FilesTotal">Files that the dataset has.</param>
/// <param name="RowGroups">Row groups that are read.</param>
/// <param name="RowGroupsTotal">Row groups that the dataset has.</param>
/// <param name="Bytes">Bytes that are read, once.</param>
/// <param name="BytesTotal">Bytes that the dataset has.</param>
public sealed record PlanTable(
    string Name,
    string Dataset,
    string Role,
    int Columns,
    int ColumnsTotal,
    int Files,
    int FilesTotal,
    int RowGroups,
    int RowGroupsTotal,
    long Bytes,
    long BytesTotal);
