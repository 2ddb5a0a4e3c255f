namespace Pipeline.Sql;

/// <summary>DuckDB failed while it ran a checked statement: a cast that does not fit, a corrupt file, a full disk. The message is DuckDB's own, with what to do where that is known.</summary>
public sealed class SqlExecutionException(string message, string duckDbType, Exception inner) : Exception(message, inner)
{
    /// <summary>DuckDB's name for the kind of failure: <c>Conversion</c>, <c>IO</c>, <c>Out of Range</c>, ...</summary>
    public string DuckDbType { get; } = duckDbType;

    /// <summary>True when the failure is of the machine (reading, writing) and not of the query, so that another try may succeed.</summary>
    public bool MayHeal => DuckDbType is "IO" or "HTTP";
}
