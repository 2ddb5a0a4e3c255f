namespace Pipeline.Sql;

/// <summary>A statement needed more memory than its session may use, and could not spill enough. The same statement under the same limit fails again.</summary>
public sealed class SqlMemoryException(long limitBytes, string message, Exception inner) : Exception(message, inner)
{
    /// <summary>The session's limit, in bytes.</summary>
    public long LimitBytes { get; } = limitBytes;
}
