using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Jobs;

/// <summary>Registers what every job shares.</summary>
public static class JobServices
{
    /// <summary>Adds the services of this room; each scenario adds its <see cref="IJobKind"/>.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<JobService>()
        .AddSingleton<JobReceipts>()
        .AddSingleton<DatasetReader>()
        .AddSingleton<JobResultReader>()
        .AddTransient<InboxFunctions>()
        .AddTransient<Subscriptions>();
}
