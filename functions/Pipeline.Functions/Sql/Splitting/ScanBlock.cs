namespace Pipeline.Sql;

/// <summary>
/// A part of the query that scans the large table once, in any number of tasks. Each task runs <see cref="PartialSql"/> over
/// its own rows of the large table, under that table's own name; partials merge in any tree that keeps the order of tasks.
/// </summary>
/// <param name="Name">The name under which merges and later steps read this block's partials.</param>
/// <param name="Kind">What the partials are.</param>
/// <param name="PartialSql">Rows of the large table to one partial.</param>
/// <param name="MergeSql">
/// Reads any number of partials as table <paramref name="Name"/> (see <see cref="DuckDbSession.AddPartials"/>) and gives one partial of the same columns. Associative.
/// Later steps read merged or unmerged partials alike, so merging is optional: it only bounds what the last step reads.
/// </param>
/// <param name="Columns">The columns of a partial, with exact types.</param>
/// <param name="Large">What is read of the large table.</param>
/// <param name="Inputs">Names of the small tables and derived tables that <paramref name="PartialSql"/> reads whole.</param>
/// <param name="Description">For people: keys, aggregates, filters, one line each.</param>
public sealed record ScanBlock(
    string Name,
    ScanBlockKind Kind,
    string PartialSql,
    string MergeSql,
    IReadOnlyList<ColumnSchema> Columns,
    TableRead Large,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Description)
{
    /// <summary>Whether merged partials are smaller than what they were merged from. If not, merging only costs time.</summary>
    public bool MergeShrinks { get; init; } = Kind != ScanBlockKind.Rows;
}
