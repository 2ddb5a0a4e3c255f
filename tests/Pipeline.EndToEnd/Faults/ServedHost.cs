using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>The real app, <c>serve</c> of the real executable, in a process that may be killed. It says which activities begin.</summary>
internal sealed partial class ServedHost : IAsyncDisposable
{
    private ServedHost(HostProcess process) => Process = process;

    public HostProcess Process { get; }

    public static string[] Command(string root) => HostProcess.Command("Pipeline.Embedded", "serve", "--port", "0", "--root", root);

    /// <summary>Starts it.</summary>
    /// <param name="root">Its folder.</param>
    /// <param name="store">Where its objects are.</param>
    /// <param name="settings">Settings beside those of every host.</param>
    public static ServedHost Start(string root, HostStore store, params (string Name, string Value)[] settings)
    {
        var environment = Environment(store);
        foreach (var (name, value) in settings)
            environment[name] = value;
        return new ServedHost(HostProcess.Start(Command(root), AppContext.BaseDirectory, environment));
    }

    /// <summary>On a small disk, which holds the root.</summary>
    public static ServedHost Start(string root, HostStore store, SmallDisk disk, int megabytes) => new(disk.Start(megabytes, Command(root), Environment(store)));

    /// <summary>Waits until it answers, and gives a client that carries its key.</summary>
    /// <param name="root">Its folder, as this process reaches it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<HttpClient> ConnectAsync(string root, CancellationToken cancellationToken) => ConnectAsync(() => root, cancellationToken);

    /// <summary>Waits until it answers, and gives a client that carries its key.</summary>
    /// <param name="root">Tells its folder, as this process reaches it, once it is up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpClient> ConnectAsync(Func<string> root, CancellationToken cancellationToken)
    {
        var line = await Process.HearAsync("Serving ", cancellationToken);
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(root(), "keys.json"), cancellationToken));
        return new HttpClient
        {
            BaseAddress = new Uri(line.Split(" at ")[^1].Split(' ')[0]),
            DefaultRequestHeaders = { { "x-functions-key", keys.RootElement.GetProperty("function").GetString()! } },
        };
    }

    /// <summary>Waits until one more run of an activity begins.</summary>
    public Task HearBeginAsync(string activity, CancellationToken cancellationToken) => Process.HearAsync($"Activity '{activity}' of ", cancellationToken);

    /// <summary>The activities that have begun so far: the orchestration that asked for each, and which of its tasks it is.</summary>
    public IReadOnlyList<(string Instance, int TaskId)> Begun() =>
        [.. Beginning().Matches(Process.Said).Select(match => (match.Groups["instance"].Value, int.Parse(match.Groups["task"].Value, CultureInfo.InvariantCulture)))];

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static Dictionary<string, string> Environment(HostStore store) => new()
    {
        ["AzureWebJobsStorage"] = store.Account,
        ["AzureFunctionsJobHost__logging__logLevel__Pipeline.Durable"] = "Trace",
    };

    [GeneratedRegex(@"Activity '\w+' of '(?<instance>[^']+)' begins \(task (?<task>\d+)\)")]
    private static partial Regex Beginning();
}
