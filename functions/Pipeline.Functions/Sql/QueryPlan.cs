namespace Pipeline.Sql;

/// <summary>How a checked query runs: split over the partitions of its large table, or whole in one task.</summary>
/// <param name="Sql">The query. Run as it is by a plan that is not split.</param>
/// <param name="Result">The names and types of the result, the same however the query runs.</param>
/// <param name="Reads">What the whole query reads of each table that it names.</param>
/// <param name="Split">The steps of a split query, or null: then one task runs <paramref name="Sql"/>.</param>
/// <param name="Reason">Why the query is not split, for people; null when it is.</param>
public sealed record QueryPlan(
    string Sql,
    IReadOnlyList<ColumnSchema> Result,
    IReadOnlyList<TableRead> Reads,
    SplitQuery? Split,
    string? Reason);
