using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Pipeline;

/// <summary>What both flavours of the app share: its services and its middleware.</summary>
public static class PipelineApp
{
    /// <summary>Adds the app's services and middleware.</summary>
    /// <param name="builder">The worker's builder: the official one, or the embedded host's.</param>
    /// <param name="configuration">The app's settings.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static void Configure(IFunctionsWorkerApplicationBuilder builder, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
    }
}
