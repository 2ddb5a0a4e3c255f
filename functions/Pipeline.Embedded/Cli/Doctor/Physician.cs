using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>Makes all checks, one area after the other. Each looks and changes nothing.</summary>
internal static class Physician
{
    /// <summary>Examines an app on this machine.</summary>
    public static async Task<DoctorReport> ExamineAsync(CliContext context, int port, Machine machine, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var patient = Admit(context, port, machine, findings);
        (string Area, Func<Task<IEnumerable<Finding>>> Look)[] areas =
        [
            ("versions", Now(VersionChecks.Look)),
            ("libraries", Now(LibraryChecks.Look)),
            ("limits", Now(LimitChecks.Look)),
            ("settings", Now(SettingChecks.Look)),
            ("keys", Now(KeyChecks.Look)),
            ("storage", async () => await StorageChecks.LookAsync(patient, context.Time, cancellationToken)),
            ("task hub", Now(p => [TaskHubChecks.Look(p, cancellationToken)])),
            ("ports", async () => await PortChecks.LookAsync(patient, cancellationToken)),
        ];
        foreach (var (area, look) in areas)
            findings.AddRange(await LookAsync(area, look, cancellationToken));
        return new DoctorReport(findings);

        Func<Task<IEnumerable<Finding>>> Now(Func<Patient, IEnumerable<Finding>> look) => () => Task.Run(() => (IEnumerable<Finding>)look(patient).ToList(), cancellationToken);
    }

    private static Patient Admit(CliContext context, int port, Machine machine, List<Finding> findings)
    {
        var folder = context.Environment.WorkingFolder;
        var hostJson = Path.Combine(folder, "host.json");
        var options = new EmbeddedHostOptions { Root = context.Settings.Root, HostJson = File.Exists(hostJson) ? hostJson : null };
        var configuration = new ConfigurationManager();
        try
        {
            HostConfiguration.Fill(configuration, options);
        }
        catch (EmbeddedHostException e)
        {
            findings.Add(Finding.Fault("settings", "files", e.Message.ReplaceLineEndings(" "), "Correct the file; local.settings.sample.json and the host.json of the repository are examples."));
            // With the environment alone, the rest can be looked at still.
            configuration = new ConfigurationManager();
            configuration.AddInMemoryCollection(EventHubsSettings.HubNames).AddEnvironmentVariables();
        }
        var names = LocalSettings(Path.Combine(folder, "local.settings.json"))
            .Concat(context.Environment.VariableNames().Where(KnownSettings.LooksLikeOurs).Select(name => (name, "environment")));
        return new Patient(context.Settings.Root, context.Settings.Key, port, configuration, [.. names], machine) { Holder = RootClaim.Held(context.Settings.Root) };
    }

    private static IReadOnlyList<(string Name, string Where)> LocalSettings(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return document.RootElement.GetProperty("Values") is { ValueKind: JsonValueKind.Object } values
                ? [.. values.EnumerateObject().Select(value => (value.Name, "local.settings.json"))] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return []; // It is not there, or what is wrong with it has been found already.
        }
    }

    private static async Task<IEnumerable<Finding>> LookAsync(string area, Func<Task<IEnumerable<Finding>>> look, CancellationToken cancellationToken)
    {
        try
        {
            return await look();
        }
        catch (Exception e) when (e is not OutOfMemoryException && !cancellationToken.IsCancellationRequested)
        {
            return [Finding.Fault(area, "check", $"could not be made: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}", "If nothing here explains it, report it with this line.")];
        }
    }
}
