using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The keys of an app on this machine.</summary>
internal static class KeyChecks
{
    private const string Area = "keys";

    public static IEnumerable<Finding> Look(Patient patient)
    {
        var path = Path.Combine(patient.Root, HostKeys.FileName);
        if (!File.Exists(path))
        {
            yield return Finding.Ok(Area, HostKeys.FileName, "made at the first start");
        }
        else
        {
            var (keys, fault) = Read(path);
            yield return fault ?? Secret(HostKeys.FileName, path);
            if (keys is not null && patient.Key is { } given && given != keys.Function && given != keys.Master && given != keys.Submitter && given != keys.Reader)
                yield return Finding.Fault(Area, "--key", $"the key of --key or PIPELINE_KEY is none of {path}", "Take it away: without one, verbs find the right one by themselves. Or name the app that it is for with --url.");
        }

        var eventHubs = Path.Combine(patient.Root, EventHubsKey.FileName);
        if (File.Exists(eventHubs))
        {
            yield return EventHubsKey.Read(eventHubs, out var fault) is null
                ? Finding.Fault(Area, EventHubsKey.FileName, fault!, "Delete it: the next start makes a new one.")
                : Secret(EventHubsKey.FileName, eventHubs);
        }
    }

    private static (HostKeys? Keys, Finding? Fault) Read(string path)
    {
        try
        {
            return (HostKeys.Read(path), null);
        }
        catch (Exception e) when (e is EmbeddedHostException or IOException or UnauthorizedAccessException)
        {
            return (null, Finding.Fault(Area, HostKeys.FileName, e.Message, "Delete it (the next start makes new keys), or give this user the right to read it."));
        }
    }

    private static Finding Secret(string name, string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            return Finding.Fault(Area, name, $"other users of this machine can read or change {path}", $"chmod 600 {path}; if others use this machine, delete it instead, so that the next start makes new keys.");
        return Finding.Ok(Area, name, $"{path} is well-formed, and its owner's alone");
    }
}
