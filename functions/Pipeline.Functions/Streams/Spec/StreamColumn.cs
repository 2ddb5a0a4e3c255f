namespace Pipeline.Streams;

/// <summary>A column of a stream's events.</summary>
/// <param name="Name">Its name in the query.</param>
/// <param name="Type">Its type, for instance <c>BIGINT</c> or <c>DECIMAL(12,2)</c>.</param>
/// <param name="Path">Where its value stands in an event: the names of nested JSON fields from the outside in, or the name of a CSV column.</param>
public sealed record StreamColumn(string Name, string Type, IReadOnlyList<string> Path);
