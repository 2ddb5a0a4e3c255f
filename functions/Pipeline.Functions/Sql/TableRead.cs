namespace Pipeline.Sql;

/// <summary>What a step reads of a table.</summary>
/// <param name="Table">The name of the table.</param>
/// <param name="Columns">The columns that are needed, in the table's order; may be empty (a bare <c>count(*)</c>).</param>
/// <param name="Filter">Which partitions and row groups can be skipped; null when all are needed.</param>
public sealed record TableRead(string Table, IReadOnlyList<string> Columns, ScanFilter? Filter);
