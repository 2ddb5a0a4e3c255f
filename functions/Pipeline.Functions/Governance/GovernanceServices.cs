using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Governance;

/// <summary>Registers the rules about data.</summary>
public static class GovernanceServices
{
    /// <summary>Puts the rules between the store and everybody who uses it; the store must be registered already.</summary>
    /// <exception cref="InvalidOperationException">The app's region is no region, or there is no store.</exception>
    public static IServiceCollection AddGovernance(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var registered = services.Last(service => service.ServiceType == typeof(IObjectStore));
        services.RemoveAll<IObjectStore>();
        return services
            .AddSingleton(AppRegion.Read(configuration))
            .AddSingleton(provider => new Ungoverned((IObjectStore)(registered.ImplementationInstance ?? registered.ImplementationFactory!(provider))))
            .AddSingleton(provider => new PolicyStore(provider.GetRequiredService<Ungoverned>().Store, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new AuditLog(provider.GetRequiredService<Ungoverned>().Store, provider.GetRequiredService<AppRegion>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<ResidencyJudge>()
            .AddSingleton(provider => new ResidencyRules(
                provider.GetRequiredService<PolicyStore>(), provider.GetRequiredService<ResidencyJudge>(), provider.GetRequiredService<AuditLog>(),
                (id, token) => provider.GetRequiredService<JobService>().FindUseAsync(id, token), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new DatasetPolicies(provider.GetRequiredService<PolicyStore>(), provider.GetRequiredService<ResidencyRules>()))
            .AddSingleton<IObjectStore>(provider => new GovernedStore(provider.GetRequiredService<Ungoverned>().Store, provider.GetRequiredService<ResidencyRules>()))
            .Replace(ServiceDescriptor.Singleton<IDataPolicy>(provider => provider.GetRequiredService<ResidencyRules>()));
    }

    /// <summary>The store without the rules, which keeps the rules themselves.</summary>
    private sealed record Ungoverned(IObjectStore Store);
}
