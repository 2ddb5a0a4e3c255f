namespace Pipeline.Sql;

/// <summary>An intermediate result, computed once and then read whole by the steps that name it.</summary>
/// <param name="Name">The name under which it is read.</param>
/// <param name="Sql">Makes it.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Inputs">Names of the blocks, derived tables and small tables that <paramref name="Sql"/> reads.</param>
public sealed record DerivedTable(string Name, string Sql, IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> Inputs);
