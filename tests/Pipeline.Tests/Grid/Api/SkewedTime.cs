namespace Pipeline.Tests.Grid.Api;

/// <summary>A clock that runs as it should and shows another time.</summary>
internal sealed class SkewedTime(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + skew;
}
