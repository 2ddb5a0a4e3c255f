namespace Pipeline.Grid.Limits;

/// <summary>A caller asks too much, or all callers together do; the answer is 429 or 503 with <c>Retry-After</c>.</summary>
/// <param name="detail">What is too much, and what to do.</param>
/// <param name="retryAfter">When to try again.</param>
/// <param name="isCallersOwn">Whether this caller alone went beyond its limit (429).</param>
internal sealed class GridBusyException(string detail, TimeSpan retryAfter, bool isCallersOwn) : Exception(detail)
{
    public TimeSpan RetryAfter { get; } = retryAfter;

    public bool IsCallersOwn { get; } = isCallersOwn;
}
