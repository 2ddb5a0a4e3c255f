namespace Pipeline.Sql;

/// <summary>Why a query was refused.</summary>
public enum SqlErrorKind
{
    /// <summary>The text is not SQL that DuckDB can parse.</summary>
    Syntax,

    /// <summary>The query is well formed, but does what jobs may not do: read files, change settings, write.</summary>
    Forbidden,

    /// <summary>A table, column or function is unknown, or the types do not fit.</summary>
    Binding,

    /// <summary>The text is too long or too deeply nested.</summary>
    TooLarge,
}
