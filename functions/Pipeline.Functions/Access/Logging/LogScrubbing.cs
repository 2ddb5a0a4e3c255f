using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Access;

/// <summary>Keeps secrets out of logs.</summary>
public static class LogScrubbing
{
    /// <summary>Has every log entry go through a <see cref="SecretScrubber"/>, whoever writes it and wherever it goes. Done twice, it is
    /// done once.</summary>
    public static IServiceCollection ScrubLogs(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(SecretScrubber)))
            return services;
        services.AddLogging();
        services.AddSingleton(provider => new SecretScrubber(provider.GetRequiredService<IConfiguration>()));
        var inner = services.Last(service => service.ServiceType == typeof(ILoggerFactory));
        services.Remove(inner);
        if (inner.ImplementationType is { } type)
            services.AddSingleton(type);
        return services.AddSingleton<ILoggerFactory>(provider => new ScrubbingLoggerFactory(
            (ILoggerFactory)(inner.ImplementationInstance ?? inner.ImplementationFactory?.Invoke(provider) ?? provider.GetRequiredService(inner.ImplementationType!)),
            provider.GetRequiredService<SecretScrubber>()));
    }
}
