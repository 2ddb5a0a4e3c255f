namespace Pipeline.Grid.Scheduling;

/// <summary>The scheduler refuses a call for what the caller did.</summary>
public sealed class GridRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="reason">The kind of refusal.</param>
    /// <param name="detail">What is wrong and what to do.</param>
    public GridRefusedException(GridRefusal reason, string detail)
        : base(detail) => Reason = reason;

    /// <summary>The kind of refusal.</summary>
    public GridRefusal Reason { get; }
}
