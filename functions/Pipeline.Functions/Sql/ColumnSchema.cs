namespace Pipeline.Sql;

/// <summary>A column of a table or of a result.</summary>
/// <param name="Name">The name, as written; SQL compares names without regard to case.</param>
/// <param name="Type">The DuckDB type as DuckDB prints it, for instance <c>BIGINT</c>, <c>DECIMAL(12,2)</c> or <c>STRUCT(a INTEGER)[]</c>.</param>
public sealed record ColumnSchema(string Name, string Type);
