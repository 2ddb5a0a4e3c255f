using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The settings that anything here reads, for finding those that nothing does. A test holds them to the code.</summary>
internal static class KnownSettings
{
    /// <summary>Settings that are one value.</summary>
    public static IReadOnlyList<string> Values { get; } =
    [
        "PipelineHub1", "PipelineHub2", "PipelineHub3", "PipelineHub4", "PipelineShuffleHub", "PipelineConsumerGroup", "PipelineReplayGroup",
        "PipelineUploadHub", "PipelineDefaultRole", "PipelineEntraRequired", "PipelineWebhookHosts", "PipelineRegion", "PipelineStuckAfter",
        "PipelineCompactionMinFiles", "PipelineCompactionTargetSize", "PipelineCompactionGrace",
        "PipelineGridShards", "PipelineGridDailyResults", "PipelineGridResultsInProgress", "PipelineGridMaxPending", "PipelineGridLiveUnits", "PipelineGridUnitsPerFile",
        "PipelineGridAddressRequestsPerSecond", "PipelineGridHostRequestsPerSecond", "PipelineGridRegistrationsPerMinute", "PipelineGridRequestsAtOnce",
        "PipelineGridWaitsAtOnce", "PipelineGridTransfersAtOnce", "PipelineGridProjectKey", "AzureWebJobsDisableHomepage",
    ];

    /// <summary>Settings with parts, such as <c>PipelineStorage__accountName</c>, and their parts; none where any may stand there.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Sections { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase)
    {
        ["AzureWebJobsStorage"] = ["accountName", "blobServiceUri", "queueServiceUri", "tableServiceUri", "clientId", "credential"],
        ["PipelineStorage"] = ["accountName", "blobServiceUri", "queueServiceUri", "clientId", "credential"],
        ["EventHubsConnection"] = ["fullyQualifiedNamespace", "clientId", "credential"],
        ["PipelineRoleKeys"] = ["reader", "submitter", "operator"],
        ["Pipeline"] = ["StoreRoot", "EventHubs"],
        // The names below are free, or those of host.json.
        ["AzureWebJobs"] = [],
        ["AzureFunctionsJobHost"] = [],
    };

    // Those of the platform, of its tools, and of this command line itself.
    private static readonly string[] s_ours = ["Pipeline", "AzureWebJobs", "EventHubs"];

    private static readonly string[] s_others = ["FUNCTIONS_", "WEBSITE_", "APPLICATIONINSIGHTS_", "AZURE_", "AzureFunctions", "DURABLE_TASK_", "REGION_NAME", "SCM_", "ASPNETCORE_", "DOTNET_", "Logging", "OTEL_", "PIPELINE_"];

    /// <summary>The functions of the app.</summary>
    public static IReadOnlyList<string> Functions { get; } =
    [
        .. typeof(PipelineApp).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>().Order(StringComparer.Ordinal),
    ];

    /// <summary>What is wrong with the name of a setting, as a fault and what was probably meant; null where something reads it.</summary>
    public static (string Detail, string Cure)? Fault(string name)
    {
        var parts = name.Replace("__", ":", StringComparison.Ordinal).Split(':');
        if (parts[0].StartsWith("AzureWebJobs.", StringComparison.OrdinalIgnoreCase))
            parts = parts[0].Split('.');
        if (parts[0].Equals("AzureWebJobs", StringComparison.OrdinalIgnoreCase))
        {
            return parts is [_, var function, _] && !Functions.Contains(function, StringComparer.OrdinalIgnoreCase)
                ? ($"{name}: the app has no function '{function}'", Cure(function, Functions)) : null;
        }
        if (Sections.TryGetValue(parts[0], out var known))
        {
            return parts.Length > 1 && known.Count > 0 && !known.Contains(parts[1], StringComparer.OrdinalIgnoreCase)
                ? ($"{name}: nothing reads '{parts[1]}' of {parts[0]}", Cure(parts[1], known)) : null;
        }
        if (Values.Contains(parts[0], StringComparer.OrdinalIgnoreCase) || s_others.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            return null;
        return ($"{name}: nothing reads it", Cure(parts[0], Values.Concat(Sections.Keys)));
    }

    /// <summary>Whether a variable of the environment, where much is not for us, looks as if it were.</summary>
    public static bool LooksLikeOurs(string variable) =>
        s_ours.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || (variable.Length > 8 && NearestName.Find(variable, Values.Concat(Sections.Keys.Where(section => section.Length > 8))) is not null);

    private static string Cure(string given, IEnumerable<string> names) =>
        NearestName.Find(given, names) is { } near ? $"Did you mean '{near}'? Otherwise take it away." : "Take it away, or see the settings in functions/Pipeline.Embedded/README.md.";
}
