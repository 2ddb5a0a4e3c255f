using System.Text.Json;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Cli;

/// <summary>The right to run an app on a folder. One process has it at a time, because two task hubs on the same files would run
/// the same work twice; the operating system takes it back when the process ends, however it ends.</summary>
internal sealed class RootClaim : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _holderPath;

    private RootClaim(FileStream claimed, string holderPath) => (_lock, _holderPath) = (claimed, holderPath);

    /// <summary>Who has the claim.</summary>
    /// <param name="ProcessId">The process; 0 where it has not said.</param>
    /// <param name="Url">Where it answers to others; null if it is there for one command only.</param>
    /// <param name="EventHubsPort">The port of its own event hubs; null where it has none.</param>
    internal sealed record Holder(int ProcessId, Uri? Url, int? EventHubsPort = null);

    /// <summary>Claims a folder, which appears if it is not there.</summary>
    /// <exception cref="CliException">Another process has it, or the folder cannot be made.</exception>
    public static RootClaim Take(string root)
    {
        var holderPath = Path.Combine(root, "app.json");
        FileStream claimed;
        try
        {
            Directory.CreateDirectory(root);
            claimed = new FileStream(Path.Combine(root, "app.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (Directory.Exists(root))
        {
            throw new CliException(Taken(root, ReadHolder(holderPath)), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.InvalidInput($"The folder {root} cannot be used: {e.Message}", "Name another with --root DIR."), e);
        }
        var claim = new RootClaim(claimed, holderPath);
        claim.Announce(null, null);
        return claim;
    }

    /// <summary>The app that answers to others on this folder; null where there is none.</summary>
    public static Holder? Served(string root) => ReadHolder(Path.Combine(root, "app.json")) is { Url: not null } ? Held(root) : null;

    /// <summary>Who has the claim now; null where nobody does.</summary>
    public static Holder? Held(string root)
    {
        var holder = ReadHolder(Path.Combine(root, "app.json")) ?? new Holder(0, null);
        try
        {
            // What a killed process left: nobody holds the lock any more.
            using var free = new FileStream(Path.Combine(root, "app.lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is FileNotFoundException or DirectoryNotFoundException ? null : holder;
        }
    }

    /// <summary>Leaves word of who has the claim, for the message that the next one gets.</summary>
    public void Announce(Uri? url, int? eventHubsPort)
    {
        // Moved into place, so that nobody reads half of it.
        var temporary = _holderPath + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(new Holder(Environment.ProcessId, url, eventHubsPort), CliJson.Default.Holder));
        File.Move(temporary, _holderPath, overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(_holderPath);
        _lock.Dispose();
    }

    private static CliFault Taken(string root, Holder? holder)
    {
        var who = holder is null ? "Another process" : $"Another process ({holder.ProcessId})";
        return holder?.Url is { } url
            ? CliFault.CannotStart(
                $"{who} serves the folder {root} at {url} already.",
                $"Use that one: --url {url} --key KEY, where KEY is the function key in {Path.Combine(root, HostKeys.FileName)}. Or name another folder with --root DIR.")
            : CliFault.CannotStart(
                $"{who} is using the folder {root}.",
                "Wait until it ends, or name another folder with --root DIR. Several commands may use one app at a time: start 'serve' on the folder, and they find it.");
    }

    private static Holder? ReadHolder(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), CliJson.Default.Holder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null; // It only makes the message better.
        }
    }
}
