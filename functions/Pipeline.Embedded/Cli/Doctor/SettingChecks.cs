using Microsoft.Extensions.Configuration;
using Pipeline.Access;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;
using Pipeline.Governance;
using Pipeline.Grid;
using Pipeline.Grid.Limits;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The settings: that each is read by something, and makes sense to it.</summary>
internal static class SettingChecks
{
    private const string Area = "settings";

    // The app reads them with the same code when it starts.
    private static readonly (string Check, Action<IConfiguration> Read)[] s_readers =
    [
        ("host.json", configuration => _ = new HostSettings(configuration).EventHubs.Value),
        ("event hubs", configuration => EventHubsSettings.Read(configuration)),
        ("access", configuration => AccessSettings.Read(configuration)),
        ("grid", configuration => GridSettings.Read(configuration)),
        ("grid limits", configuration => GridLimitSettings.Read(configuration)),
        ("compaction", configuration => CompactionSettings.Read(configuration)),
        ("region", configuration => AppRegion.Read(configuration)),
    ];

    public static IEnumerable<Finding> Look(Patient patient)
    {
        var faults = s_readers.Select(reader => Fault(reader.Check, reader.Read, patient.Configuration)).OfType<Finding>().ToList();
        var wrong = faults.Count;
        foreach (var fault in faults)
            yield return fault;
        foreach (var (name, where) in patient.SettingNames)
        {
            if (KnownSettings.Fault(name) is not var (detail, cure))
                continue;
            wrong++;
            yield return Finding.Warning(Area, "unknown", $"{detail} ({where})", cure);
        }
        if (wrong == 0)
            yield return Finding.Ok(Area, "settings", $"{Rendering.Shown.Count(patient.SettingNames.Count, "setting")} besides host.json, all of them known");
        yield return Hubs(patient.Configuration);
        if (!faults.Any(fault => fault.Check == "region"))
            yield return Region(patient.Configuration);
    }

    private static Finding Region(IConfiguration configuration) =>
        Finding.Ok(Area, "region", (configuration["PipelineRegion"] ?? configuration["REGION_NAME"]) is { Length: > 0 } region ? region : "not set (PipelineRegion): data whose policy names regions is refused here");

    private static Finding? Fault(string check, Action<IConfiguration> read, IConfiguration configuration)
    {
        try
        {
            read(configuration);
            return null;
        }
        catch (Exception e) when (e is EmbeddedHostException or InvalidOperationException or StorageException or ArgumentException or FormatException)
        {
            return Finding.Fault(Area, check, e.Message.ReplaceLineEndings(" "), "Correct it in local.settings.json, host.json or the environment; the later wins over the earlier.");
        }
    }

    private static Finding Hubs(IConfiguration configuration)
    {
        var slots = Enumerable.Range(1, HubSlots.Count).Select(slot => (Setting: $"PipelineHub{slot}", Hub: configuration[$"PipelineHub{slot}"]))
            .Where(slot => !string.IsNullOrWhiteSpace(slot.Hub)).Append((Setting: "PipelineShuffleHub", Hub: (string?)new HubSlots(configuration).ShuffleHub)).ToList();
        return slots.GroupBy(slot => slot.Hub, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? Finding.Fault(Area, "hubs", $"{string.Join(" and ", twice.Select(slot => slot.Setting))} both name the hub '{twice.Key}': its events would be taken twice", "Give each a hub of its own, or set one to an empty text to do without it.")
            : Finding.Ok(Area, "hubs", string.Join(", ", slots.Select(slot => $"{slot.Setting} {slot.Hub}")));
    }
}
