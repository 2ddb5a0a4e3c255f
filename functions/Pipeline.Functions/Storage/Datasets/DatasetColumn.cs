namespace Pipeline.Storage;

/// <summary>A column of a dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type, for instance <c>INTEGER</c>.</param>
/// <param name="Nullable">Whether it may hold nulls.</param>
public sealed record DatasetColumn(string Name, string Type, bool Nullable);
