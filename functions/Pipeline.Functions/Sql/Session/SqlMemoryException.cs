namespace Pipeline.Sql;

/// <summary>A statement needed more memory than its session may use and could not spill enough, or more than the process was given.</summary>
/// <param name="limitBytes">The session's limit.</param>
/// <param name="mayHeal">Whether the system refused the memory, and not the session's limit.</param>
/// <param name="message">What was needed, and what to do.</param>
/// <param name="inner">What DuckDB threw.</param>
public sealed class SqlMemoryException(long limitBytes, bool mayHeal, string message, Exception inner) : Exception(message, inner)
{
    /// <summary>The session's limit, in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;

    /// <summary>True when the system refused the memory: others may have taken it, so that another try may succeed. Under the session's own
    /// limit the same statement fails again.</summary>
    public bool MayHeal { get; } = mayHeal;
}
