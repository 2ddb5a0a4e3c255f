using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Hosting;

internal sealed class EmbeddedRetryContext(int retries, int maxRetries) : RetryContext
{
    public override int RetryCount { get; } = retries;

    public override int MaxRetryCount { get; } = maxRetries;
}
