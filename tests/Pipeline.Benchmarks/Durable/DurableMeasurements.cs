using System.Diagnostics;
using System.Globalization;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Durable;

/// <summary>What is measured of the task hub and of its peers, each in a process of its own. Arguments are counts.</summary>
internal static class DurableMeasurements
{
    public const string FanOut = "durable.fanout";
    public const string Chain = "durable.chain";
    public const string Instances = "durable.instances";
    public const string SqliteCommits = "durable.sqlite";
    public const string BareTasks = "durable.tasks";

    /// <summary>How long it took.</summary>
    public const string Seconds = "seconds";

    /// <summary>The most memory that the process had, in millions of bytes.</summary>
    public const string PeakMegabytes = "peak_mb";

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [FanOut] = (arguments, token) => OnHubAsync(
            arguments[0], warmUp: 1_000, (hub, size) => hub.RunAsync(nameof(Workload.FanOut), size, 1, size * (size + 1L) / 2, token), token),
        [Chain] = (arguments, token) => OnHubAsync(
            arguments[0], warmUp: 100, (hub, length) => hub.RunAsync(nameof(Workload.Chain), length, 1, length, token), token),
        [Instances] = (arguments, token) => OnHubAsync(
            arguments[0], warmUp: 100, (hub, count) => hub.RunAsync(nameof(Workload.Chain), Int(arguments[1]), count, Int(arguments[1]), token), token),
        [SqliteCommits] = (arguments, token) => MeasureAsync(
            () => Peers.SqliteCommitsAsync(10, 1, token), () => Peers.SqliteCommitsAsync(Int(arguments[0]), Int(arguments[1]), token)),
        [BareTasks] = (arguments, _) => MeasureAsync(() => Peers.BareTasksAsync(1_000), () => Peers.BareTasksAsync(Int(arguments[0]))),
    };

    private static async Task<IReadOnlyDictionary<string, double>> OnHubAsync(
        string size, int warmUp, Func<Hub, int, Task> run, CancellationToken cancellationToken)
    {
        await using var hub = await Hub.StartAsync(cancellationToken);
        return await MeasureAsync(() => run(hub, warmUp), () => run(hub, Int(size)));
    }

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Func<Task> warmUp, Func<Task> measured)
    {
        await warmUp();
        var start = Stopwatch.GetTimestamp();
        await measured();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var process = Process.GetCurrentProcess();
        return new Dictionary<string, double> { [Seconds] = seconds, [PeakMegabytes] = process.PeakWorkingSet64 / 1e6 };
    }

    private static int Int(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);
}
