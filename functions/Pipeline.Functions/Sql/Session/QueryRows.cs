namespace Pipeline.Sql;

/// <summary>The rows of a small result.</summary>
/// <param name="Columns">Names and types.</param>
/// <param name="Rows">One JSON array a row, with the values in the columns' order. NaN and infinities are strings.</param>
/// <param name="Truncated">True when there were more rows than asked for.</param>
public sealed record QueryRows(IReadOnlyList<ColumnSchema> Columns, IReadOnlyList<string> Rows, bool Truncated);
