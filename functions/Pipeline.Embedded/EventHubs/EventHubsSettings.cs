using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs;

/// <summary>
/// What the settings say of the endpoint: <c>Pipeline:EventHubs:Port</c>, and below <c>Pipeline:EventHubs:Hubs:{name}</c> each
/// hub's <c>Partitions</c>, <c>RetentionHours</c>, <c>RetentionMegabytes</c> (of a partition) and <c>ConsumerGroups</c> (separated
/// by commas). In the environment two underscores stand for a colon.
/// </summary>
internal static class EventHubsSettings
{
    private const string Section = "Pipeline:EventHubs";
    private const string PortKey = "Port";
    private const string HubsKey = "Hubs";
    private const string PartitionsKey = "Partitions";
    private const string HoursKey = "RetentionHours";
    private const string MegabytesKey = "RetentionMegabytes";
    private const string GroupsKey = "ConsumerGroups";
    private const string ReplayGroupKey = "PipelineReplayGroup";

    /// <summary>The names of hubs that functions of the app listen to, unless settings of these names say otherwise.</summary>
    public static IReadOnlyDictionary<string, string?> HubNames { get; } = new Dictionary<string, string?>
    {
        ["PipelineHub1"] = "events",
        ["PipelineHub2"] = "trades",
        ["PipelineHub3"] = "flights",
        ["PipelineShuffleHub"] = HubSlots.UsualShuffleHub,
        ["PipelineConsumerGroup"] = HubDeclaration.DefaultConsumerGroup,
        [ReplayGroupKey] = HubSlots.UsualReplayGroup,
    };

    /// <summary>Whether a setting says how to connect, by connection string or by identity.</summary>
    public static bool HasConnection(IConfiguration configuration, string key) =>
        !string.IsNullOrWhiteSpace(configuration[key]) || !string.IsNullOrWhiteSpace(configuration[$"{key}:fullyQualifiedNamespace"]);

    /// <summary>The endpoint that is asked for; null where no hub is declared or used, and then there is none.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="used">The hubs that functions use of the endpoint; they are there with four partitions unless declared otherwise or there already.</param>
    /// <exception cref="EmbeddedHostException">A setting is unknown or not what it should be.</exception>
    public static EventHubsOptions? Read(IConfiguration configuration, IEnumerable<HubDeclaration>? used = null)
    {
        var section = configuration.GetSection(Section);
        Refuse(section, PortKey, HubsKey);
        var hubs = section.GetSection(HubsKey).GetChildren().Select(Hub).ToDictionary(hub => hub.Name, StringComparer.OrdinalIgnoreCase);
        // Beside its triggers, the app reads again what a stream has missed.
        IReadOnlyList<string> beside = configuration[ReplayGroupKey] is { Length: > 0 } group ? [group] : [];
        foreach (var hub in used ?? [])
        {
            var declared = hubs.GetValueOrDefault(hub.Name, hub with { ConsumerGroups = [] });
            hubs[hub.Name] = declared with { ConsumerGroups = [.. declared.ConsumerGroups, .. hub.ConsumerGroups, .. beside] };
        }

        if (hubs.Count == 0) return null;
        var port = section[PortKey] is null ? default(int?) : Number(section, PortKey, 0, 0, ushort.MaxValue);
        return new EventHubsOptions { Port = port, Hubs = [.. hubs.Values] };
    }

    private static HubDeclaration Hub(IConfigurationSection section)
    {
        Refuse(section, PartitionsKey, HoursKey, MegabytesKey, GroupsKey);
        var log = new LogOptions();
        var hours = Number(section, HoursKey, (int)log.RetentionTime.TotalHours, 1, 24 * 365);
        var megabytes = Number(section, MegabytesKey, (int)(log.RetentionBytes >> 20), 1, int.MaxValue);
        return new HubDeclaration(section.Key, Number(section, PartitionsKey, 4, 1, 256))
        {
            KeepsPartitions = section[PartitionsKey] is null,
            ConsumerGroups = (section[GroupsKey] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Log = log with { RetentionTime = TimeSpan.FromHours(hours), RetentionBytes = (long)megabytes << 20 },
        };
    }

    private static int Number(IConfigurationSection section, string key, int usual, int least, int most)
    {
        if (section[key] is not { } text) return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new EmbeddedHostException($"The setting {section.Path}:{key} is '{text}'; it must be a whole number from {least} to {most}.");
    }

    private static void Refuse(IConfigurationSection section, params string[] known)
    {
        if (section.GetChildren().Select(child => child.Key).FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new EmbeddedHostException($"There is no setting {section.Path}:{unknown}.{NearestName.Hint(unknown, known)}");
    }
}
