using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;

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

    /// <summary>The endpoint that is asked for; null where no hub is declared, and then there is none.</summary>
    /// <exception cref="EmbeddedHostException">A setting is unknown or not what it should be.</exception>
    public static EventHubsOptions? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        Refuse(section, PortKey, HubsKey);
        var hubs = section.GetSection(HubsKey).GetChildren().Select(Hub).ToArray();
        return hubs.Length == 0 ? null : new EventHubsOptions { Port = Number(section, PortKey, 5672, 0, ushort.MaxValue), Hubs = hubs };
    }

    private static HubDeclaration Hub(IConfigurationSection section)
    {
        Refuse(section, PartitionsKey, HoursKey, MegabytesKey, GroupsKey);
        var log = new LogOptions();
        var hours = Number(section, HoursKey, (int)log.RetentionTime.TotalHours, 1, 24 * 365);
        var megabytes = Number(section, MegabytesKey, (int)(log.RetentionBytes >> 20), 1, int.MaxValue);
        return new HubDeclaration(section.Key, Number(section, PartitionsKey, 4, 1, 256))
        {
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
