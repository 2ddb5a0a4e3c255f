using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Streams;

/// <summary>
/// How to connect to an Event Hubs namespace, in the forms that Azure Functions has: the setting <c>NAME</c> is a connection string, or
/// <c>NAME__fullyQualifiedNamespace</c> names one that the app's identity may use (<c>NAME__clientId</c> picks a user-assigned
/// managed identity).
/// </summary>
internal sealed record EventHubConnectionSettings
{
    /// <summary>The namespace's host name.</summary>
    public required string Host { get; init; }

    /// <summary>The TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>Whether TLS protects the connection: always, but for an emulator on this machine.</summary>
    public required bool UseTls { get; init; }

    /// <summary>Makes the tokens that open a hub.</summary>
    public required Func<TimeProvider, IEventHubTokens> Tokens { get; init; }

    /// <summary>Reads the connection that a setting describes.</summary>
    /// <exception cref="EventHubException">It is not set or is none; the message names the setting and never its secrets.</exception>
    public static EventHubConnectionSettings Read(IConfiguration configuration, string name)
    {
        if (Value(configuration, name) is { } connectionString) return Parse(connectionString, name);
        if (Value(configuration, $"{name}:fullyQualifiedNamespace", $"{name}__fullyQualifiedNamespace") is not { } host)
        {
            throw new EventHubException(
                $"No Event Hubs connection is configured. Set {name} to a connection string, or {name}__fullyQualifiedNamespace to a namespace that the app's identity may use.");
        }

        if (Uri.CheckHostName(host) is UriHostNameType.Unknown)
            throw new EventHubException($"The setting {name}__fullyQualifiedNamespace is '{host}'; it has the form NAMESPACE.servicebus.windows.net.");
        var clientId = Value(configuration, $"{name}:clientId", $"{name}__clientId");
        return new EventHubConnectionSettings { Host = host, Port = 5671, UseTls = true, Tokens = time => new IdentityTokens(Credential(clientId), host) };
    }

    /// <summary>Reads a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="name">The setting that holds it, for messages.</param>
    /// <exception cref="EventHubException">It is none.</exception>
    public static EventHubConnectionSettings Parse(string connectionString, string name)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) parts[part[..at]] = part[(at + 1)..];
        }

        if (!parts.TryGetValue("Endpoint", out var endpoint) || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw Fault("has no Endpoint");
        if (!parts.TryGetValue("SharedAccessKeyName", out var keyName) || !parts.TryGetValue("SharedAccessKey", out var key) || keyName.Length == 0 || key.Length == 0)
            throw Fault("lacks SharedAccessKeyName or SharedAccessKey");
        var isEmulator = parts.TryGetValue("UseDevelopmentEmulator", out var emulator) && bool.TryParse(emulator, out var yes) && yes;
        return new EventHubConnectionSettings
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : isEmulator ? 5672 : 5671,
            UseTls = !isEmulator,
            Tokens = time => new SharedAccessKeyTokens(keyName, key, uri.Host, time),
        };

        EventHubException Fault(string what) => new(
            $"The setting {name} is no Event Hubs connection string: it {what}. It has the form "
            + "Endpoint=sb://NAMESPACE.servicebus.windows.net/;SharedAccessKeyName=NAME;SharedAccessKey=KEY.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static string? Value(IConfiguration configuration, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (configuration[key] is { } value && !string.IsNullOrWhiteSpace(value)) return value.Trim();
        }

        return null;
    }

    // A method of its own: the library loads only where it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DefaultAzureCredential Credential(string? clientId) =>
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
}
