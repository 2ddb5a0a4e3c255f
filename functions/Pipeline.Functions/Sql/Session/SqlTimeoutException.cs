namespace Pipeline.Sql;

/// <summary>A statement ran longer than its session allows and was interrupted.</summary>
public sealed class SqlTimeoutException(TimeSpan limit)
    : Exception($"The query ran longer than the {limit.TotalSeconds:0.###} s that it may take and was stopped. Filter earlier, or raise the time limit.")
{
    /// <summary>The limit.</summary>
    public TimeSpan Limit { get; } = limit;
}
