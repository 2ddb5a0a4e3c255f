namespace Pipeline.Sql;

/// <summary>A table that a query may name: its columns in order.</summary>
/// <param name="Name">The name that the query uses.</param>
/// <param name="Columns">All columns, Hive partition columns among them.</param>
public sealed record TableSchema(string Name, IReadOnlyList<ColumnSchema> Columns)
{
    /// <summary>The names of the columns whose values come from folder names (<c>key=value</c>) and not from the files.</summary>
    public IReadOnlyList<string> PartitionColumns { get; init; } = [];
}
