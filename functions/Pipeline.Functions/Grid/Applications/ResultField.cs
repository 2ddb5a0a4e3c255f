namespace Pipeline.Grid.Applications;

/// <summary>A column of a result.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Type">The type of its values: <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="bool"/>.</param>
public sealed record ResultField(string Name, Type Type);
