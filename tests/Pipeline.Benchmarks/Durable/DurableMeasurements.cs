using System.Diagnostics;
using System.Globalization;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Durable;

/// <summary>What is measured of the task hub and of its peers, each in a process of its own. Arguments are counts.</summary>
internal static class DurableMeasurements
{
    public const string FanOut = "durable.fanout";
    public const string Chain = "durable.chain";
    public const string Steps = "durable.steps";
    public const string SqliteCommits = "durable.sqlite";
    public const string BareTasks = "durable.tasks";

    /// <summary>The median seconds of one repetition.</summary>
    public const string Seconds = "seconds";

    /// <summary>The most memory that the process had, in millions of bytes.</summary>
    public const string PeakMegabytes = "peak_mb";

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [FanOut] = (arguments, token) => OnHubAsync(arguments, 500, (hub, size) => hub.RunAsync(nameof(Workload.FanOut), size, size * (size + 1L) / 2, token), token),
        [Chain] = (arguments, token) => OnHubAsync(arguments, 100, (hub, length) => hub.RunAsync(nameof(Workload.Chain), length, length, token), token),
        [Steps] = (arguments, token) => OnHubAsync(
            arguments,
            50,
            (hub, instances) => Task.WhenAll(Enumerable.Range(0, instances).Select(_ => hub.RunAsync(nameof(Workload.Chain), 5, 5, token))),
            token),
        [SqliteCommits] = (arguments, token) => PeerAsync(arguments, (size, group) => Peers.SqliteCommitsAsync(size, group, token)),
        [BareTasks] = (arguments, _) => PeerAsync(arguments, (size, _) => Peers.BareTasksAsync(size)),
    };

    // Arguments: size, repetitions.
    private static async Task<IReadOnlyDictionary<string, double>> OnHubAsync(
        IReadOnlyList<string> arguments, int warmUp, Func<Hub, int, Task> run, CancellationToken cancellationToken)
    {
        await using var hub = await Hub.StartAsync(cancellationToken);
        var seconds = await Repeat.SecondsAsync(Int(arguments[1]), () => run(hub, warmUp), () => run(hub, Int(arguments[0])));
        return Result(seconds);
    }

    // Arguments: size, repetitions and, for some, how much to group.
    private static async Task<IReadOnlyDictionary<string, double>> PeerAsync(IReadOnlyList<string> arguments, Func<int, int, Task> run)
    {
        var group = arguments.Count > 2 ? Int(arguments[2]) : 1;
        return Result(await Repeat.SecondsAsync(Int(arguments[1]), () => run(100, group), () => run(Int(arguments[0]), group)));
    }

    private static Dictionary<string, double> Result(double[] seconds)
    {
        using var process = Process.GetCurrentProcess();
        return new Dictionary<string, double> { [Seconds] = Repeat.Median(seconds), [PeakMegabytes] = process.PeakWorkingSet64 / 1e6 };
    }

    private static int Int(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);
}
