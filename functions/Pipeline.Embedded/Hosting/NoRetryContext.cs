using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

/// <summary>A first attempt.</summary>
internal sealed class NoRetryContext : RetryContext
{
    public static NoRetryContext Instance { get; } = new();

    public override int RetryCount => 0;

    public override int MaxRetryCount => 0;
}
