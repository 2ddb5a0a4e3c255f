using System.Runtime.CompilerServices;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Resources;

namespace Pipeline;

/// <summary>Sends what the app's own process measures to Application Insights. Logs are not among it: they go through the Functions host,
/// which sends them with its own (<c>telemetryMode</c> in host.json).</summary>
public static class Telemetry
{
    /// <summary>The setting with the connection string; without it nothing is sent.</summary>
    public const string ConnectionSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>The setting that asks for Entra ID in place of the key within the connection string, in the host's form:
    /// <c>Authorization=AAD</c>, and <c>ClientId=…</c> for a user-assigned identity.</summary>
    public const string AuthenticationSetting = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Adds OpenTelemetry with the app's figures, those of the runtime, and the spans of the worker and of Azure's clients.</summary>
    /// <exception cref="InvalidOperationException">A setting is not what it should be.</exception>
    public static IServiceCollection AddPipelineTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration[ConnectionSetting] is { Length: > 0 } connection ? Add(services, configuration, connection) : services;
    }

    /// <summary>Whose identity the setting asks for: the client id, empty for the app's own; null where it asks for none.</summary>
    internal static string? ClientId(string? authentication)
    {
        if (string.IsNullOrWhiteSpace(authentication))
            return null;
        var parts = authentication.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToLookup(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase);
        return string.Equals(parts["Authorization"].FirstOrDefault(), "AAD", StringComparison.OrdinalIgnoreCase)
            ? parts["ClientId"].FirstOrDefault() ?? ""
            : throw new InvalidOperationException($"The setting {AuthenticationSetting} must have the form Authorization=AAD, or ClientId=ID;Authorization=AAD.");
    }

    // A method of its own: the libraries load only where they are used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IServiceCollection Add(IServiceCollection services, IConfiguration configuration, string connection)
    {
        var credential = ClientId(configuration[AuthenticationSetting]) is { } clientId ? Credential(clientId) : null;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(configuration["WEBSITE_SITE_NAME"] is { Length: > 0 } site ? site : "pipeline"))
            .WithMetrics(metrics => metrics.AddMeter(PipelineMeter.Name, "System.Runtime").AddAzureMonitorMetricExporter(Export))
            .WithTracing(tracing => tracing.AddSource("Microsoft.Azure.Functions.Worker", "Azure.*").AddAzureMonitorTraceExporter(Export));
        return services;

        void Export(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = connection;
            options.Credential = credential;
        }
    }

    private static DefaultAzureCredential Credential(string clientId) =>
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId.Length > 0 ? clientId : null });
}
