namespace Pipeline.Sql;

/// <summary>The query is wrong: running it again cannot help. The message says what is wrong, where, and what to do.</summary>
public sealed class SqlException : Exception
{
    /// <summary>A fault at a place in the query.</summary>
    /// <param name="kind">Why the query was refused.</param>
    /// <param name="message">What is wrong and what to do, without the position.</param>
    /// <param name="position">Where in the query, if known.</param>
    /// <param name="inner">What DuckDB threw, if it did.</param>
    public SqlException(SqlErrorKind kind, string message, SqlPosition? position = null, Exception? inner = null)
        : base(position is null ? message : $"{message} (line {position.Line}, column {position.Column})", inner)
    {
        (Kind, Reason, Position) = (kind, message, position);
    }

    /// <summary>Why the query was refused.</summary>
    public SqlErrorKind Kind { get; }

    /// <summary>What is wrong and what to do, without the position.</summary>
    public string Reason { get; }

    /// <summary>Where in the query, if known.</summary>
    public SqlPosition? Position { get; }
}
