namespace Pipeline.Grid.Applications;

/// <summary>A result as rows, to be validated and gathered into the job's result.</summary>
/// <param name="Fields">The columns; the same for every result of an application and version.</param>
/// <param name="Rows">The rows: a value a field, of the field's type or null.</param>
public sealed record ResultTable(IReadOnlyList<ResultField> Fields, IReadOnlyList<object?[]> Rows);
