using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs;

namespace Pipeline.ApiDocs;

/// <summary>Registers what tells about the API.</summary>
internal static class ApiDocsServices
{
    public static IServiceCollection AddApiDocs(this IServiceCollection services) => services
        .AddSingleton(provider => new SpecSchemas(
            provider.GetServices<IJobKind>(), provider.GetServices<IDescribedSpec>(), provider.GetRequiredService<ILogger<SpecSchemas>>()))
        .AddSingleton(provider => new ApiDescription(provider.GetRequiredService<SpecSchemas>()));
}
