using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs.Trigger;

namespace Pipeline.Embedded.Hosting;

/// <summary>What host.json says, read through the configuration so that settings can override it, as on Azure.</summary>
internal sealed partial class HostSettings
{
    /// <summary>Where host.json stands in the configuration.</summary>
    public const string Section = "AzureFunctionsJobHost";

    private readonly IConfiguration _configuration;

    public HostSettings(IConfiguration configuration)
    {
        _configuration = configuration;
        RoutePrefix = (configuration[$"{Section}:extensions:http:routePrefix"] ?? "api").Trim('/');
        HubName = HubNameOf(configuration);
        if (!HubNames().IsMatch(HubName))
        {
            throw new EmbeddedHostException(
                $"host.json: extensions.durableTask.hubName is '{HubName}'; a hub's name has 3 to 45 letters and digits and starts with a letter.");
        }

        EventHubs = new Lazy<EventHubTriggerSettings>(() => EventHubTriggerSettings.Read(configuration));
        DefaultVersion = configuration[$"{Section}:extensions:durableTask:defaultVersion"] ?? string.Empty;
        LeavesLaterVersions = string.Equals(configuration[$"{Section}:extensions:durableTask:versionMatchStrategy"], "CurrentOrOlder", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(configuration[$"{Section}:extensions:durableTask:versionFailureStrategy"], "Fail", StringComparison.OrdinalIgnoreCase);
        MaxConcurrentActivities = PositiveInteger($"{Section}:extensions:durableTask:maxConcurrentActivityFunctions");
    }

    /// <summary>The task hub's name as it is set, right or wrong.</summary>
    public static string HubNameOf(IConfiguration configuration) => configuration[$"{Section}:extensions:durableTask:hubName"] is { Length: > 0 } name ? name : "pipeline";

    /// <summary>The name of a task hub's file in the app's folder.</summary>
    public static string TaskHubFile(string hubName) => $"taskhub-{hubName}.db";

    /// <summary>What all HTTP routes start with, without slashes at its ends; empty for nothing. Default <c>api</c>.</summary>
    public string RoutePrefix { get; }

    /// <summary>The task hub's name.</summary>
    public string HubName { get; }

    /// <summary>The version of orchestrations whose starter names none; empty for none.</summary>
    public string DefaultVersion { get; }

    /// <summary>Whether orchestrations of a later version wait for code of their version.</summary>
    public bool LeavesLaterVersions { get; }

    /// <summary>How many activities run at a time; null for the task hub's own default.</summary>
    public int? MaxConcurrentActivities { get; }

    /// <summary>How Event Hub triggers take events; read when the first of them asks.</summary>
    /// <exception cref="EmbeddedHostException">host.json says something that is not possible.</exception>
    public Lazy<EventHubTriggerSettings> EventHubs { get; }

    /// <summary>The levels of logs, in the form that logging takes its configuration.</summary>
    public IConfigurationSection Logging => _configuration.GetSection($"{Section}:logging");

    /// <summary>Puts settings in the place of <c>%Name%</c> in an attribute's text.</summary>
    /// <exception cref="EmbeddedHostException">There is no such setting.</exception>
    public string Resolve(string text, string where) => SettingReference().Replace(text, match =>
        _configuration[match.Groups[1].Value.Replace("__", ":")] ?? throw FunctionCatalog.Fault(
            where, $"'{text}' names the setting {match.Groups[1].Value}, which is not set. Set it in local.settings.json or the environment."));

    /// <summary>Puts settings in the place of <c>%Name%</c> in an attribute's text; null where one of them is missing or blank.</summary>
    /// <param name="text">The text.</param>
    /// <param name="missing">The setting that is missing.</param>
    public string? TryResolve(string text, out string? missing)
    {
        var unset = default(string);
        var resolved = SettingReference().Replace(text, match =>
        {
            if (Setting(match.Groups[1].Value) is { Length: > 0 } value) return value;
            unset ??= match.Groups[1].Value;
            return "";
        });
        missing = unset;
        return unset is null ? resolved : null;
    }

    /// <summary>Why a function is not to run, where the settings say so: <c>AzureWebJobs.NAME.Disabled</c>; else null.</summary>
    public string? Disabled(string functionName)
    {
        // No variable of a Linux shell has a dot in its name, so that underscores do as well.
        var key = new[] { $"AzureWebJobs.{functionName}.Disabled", $"AzureWebJobs:{functionName}:Disabled" }
            .FirstOrDefault(key => _configuration[key]?.Trim().ToUpperInvariant() is "TRUE" or "1");
        return key is null ? null : $"the setting {key} says so";
    }

    private string? Setting(string name) => _configuration[name.Replace("__", ":")]?.Trim();

    private int? PositiveInteger(string key)
    {
        var text = _configuration[key];
        if (text is null) return null;
        return int.TryParse(text, out var value) && value > 0
            ? value
            : throw new EmbeddedHostException(
                $"host.json: {key[(Section.Length + 1)..].Replace(':', '.')} is '{text}'; it must be an integer above 0.");
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,44}$")]
    private static partial Regex HubNames();

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex SettingReference();
}
