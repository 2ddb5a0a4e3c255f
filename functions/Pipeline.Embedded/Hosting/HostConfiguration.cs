using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// Brings the app's settings together; the later wins: host.json, local.settings.json, the environment, the start's options.
/// </summary>
internal static class HostConfiguration
{
    private const string StorageKey = "AzureWebJobsStorage";
    private const string StoreRootKey = "Pipeline:StoreRoot";

    private static readonly JsonDocumentOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Adds all settings to a configuration.</summary>
    /// <exception cref="EmbeddedHostException">A file is not what it should be.</exception>
    public static void Fill(IConfigurationManager configuration, EmbeddedHostOptions options)
    {
        configuration.AddInMemoryCollection(EventHubsSettings.HubNames);
        var hostJson = FindHostJson(options.HostJson);
        if (hostJson is not null) AddHostJson(configuration, hostJson);
        var localSettings = Path.Combine(Path.GetDirectoryName(hostJson) ?? Directory.GetCurrentDirectory(), "local.settings.json");
        if (File.Exists(localSettings)) AddLocalSettings(configuration, localSettings);
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(options.Settings);
        if (!string.IsNullOrEmpty(options.StorageConnectionString))
            configuration.AddInMemoryCollection([new(StorageKey, options.StorageConnectionString)]);
        if (!NamesStorage(configuration))
            configuration.AddInMemoryCollection([new(StoreRootKey, Path.Combine(Path.GetFullPath(options.Root), "store"))]);
    }

    private static bool NamesStorage(IConfiguration configuration) =>
        new[] { StorageKey, $"{StorageKey}:accountName", $"{StorageKey}:blobServiceUri", StoreRootKey }
            .Any(key => !string.IsNullOrEmpty(configuration[key]));

    private static string? FindHostJson(string? given)
    {
        if (given is not null)
        {
            return File.Exists(given)
                ? Path.GetFullPath(given)
                : throw new EmbeddedHostException($"There is no host.json at {Path.GetFullPath(given)}.");
        }

        return new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }
            .Select(directory => Path.Combine(directory, "host.json"))
            .FirstOrDefault(File.Exists);
    }

    private static void AddHostJson(IConfigurationManager configuration, string path)
    {
        using var document = Read(path);
        if (!document.RootElement.TryGetProperty("version", out var version) || version.ToString() != "2.0")
            throw new EmbeddedHostException($"{path}: it needs \"version\": \"2.0\".");
        CheckLogLevels(document.RootElement, path);

        var wrapped = Encoding.UTF8.GetBytes($$"""{"{{HostSettings.Section}}":{{document.RootElement.GetRawText()}}}""");
        try
        {
            configuration.AddJsonStream(new MemoryStream(wrapped));
        }
        catch (FormatException e)
        {
            throw new EmbeddedHostException($"{path}: {e.Message}", e);
        }
    }

    private static void CheckLogLevels(JsonElement root, string path)
    {
        if (!root.TryGetProperty("logging", out var logging) || logging.ValueKind != JsonValueKind.Object ||
            !logging.TryGetProperty("logLevel", out var levels) || levels.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var level in levels.EnumerateObject())
        {
            if (!Enum.TryParse<LogLevel>(level.Value.ToString(), ignoreCase: true, out _))
            {
                throw new EmbeddedHostException(
                    $"{path}: logging.logLevel.{level.Name} is '{level.Value}'; it must be one of " +
                    $"{string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }

    private static void AddLocalSettings(IConfigurationManager configuration, string path)
    {
        using var document = Read(path);
        if (document.RootElement.TryGetProperty("IsEncrypted", out var encrypted) && encrypted.ValueKind == JsonValueKind.True)
            throw new EmbeddedHostException($"{path} is encrypted. Decrypt it with 'func settings decrypt'.");
        if (!document.RootElement.TryGetProperty("Values", out var values)) return;
        if (values.ValueKind != JsonValueKind.Object)
            throw new EmbeddedHostException($"{path}: \"Values\" must be an object of names and texts.");

        // They stand for environment variables, in which two underscores separate the parts of a name.
        configuration.AddInMemoryCollection(values.EnumerateObject().Select(value =>
            new KeyValuePair<string, string?>(value.Name.Replace("__", ":"), value.Value.ToString())));
    }

    private static JsonDocument Read(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllText(path), s_json);
        }
        catch (JsonException e)
        {
            throw new EmbeddedHostException($"{path} is not valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedHostException($"{path} cannot be read: {e.Message}", e);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw new EmbeddedHostException($"{path} must hold a JSON object.");
    }
}
