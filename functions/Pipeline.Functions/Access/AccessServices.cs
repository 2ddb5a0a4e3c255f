using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Access;

/// <summary>Puts the middleware in front of the app's HTTP functions.</summary>
public static class AccessServices
{
    /// <summary>Adds the middleware, and keeps secrets out of the logs; whoever has volunteers registers an <see cref="IVolunteerTokens"/>.</summary>
    /// <param name="builder">The worker's builder.</param>
    /// <param name="configuration">The settings; those about roles are checked here.</param>
    /// <exception cref="InvalidOperationException">A setting is not what it should be.</exception>
    public static IFunctionsWorkerApplicationBuilder UseAccess(this IFunctionsWorkerApplicationBuilder builder, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AccessSettings.Read(configuration);
        builder.Services.TryAddSingleton<IVolunteerTokens, NoVolunteers>();
        builder.Services.AddSingleton<Callers>();
        builder.Services.ScrubLogs();
        // Activities run by the thousand in a second; only requests go through it.
        return builder.UseWhen<AccessMiddleware>(AccessRule.Concerns);
    }
}
