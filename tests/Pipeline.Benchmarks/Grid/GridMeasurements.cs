using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Storage;

namespace Pipeline.Benchmarks.Grid;

/// <summary>What the grid benchmark measures in processes of their own. Results are asked for and reported one by one; every effect is in
/// the log, and the log on the disk, before it is answered.</summary>
internal static class GridMeasurements
{
    public const string OverHttp = "grid-http";
    public const string Direct = "grid-direct";
    public const string Requests = "requests";
    public const string Reports = "reports";
    public const string Commits = "commits";

    private const int Hosts = 500;
    private const int Connections = 128;
    private const string JobId = "benchmark";
    private const int ResultBytes = 64;

    private static readonly ApplicationVersion Application = new("benchmark", 1);
    private static readonly HostFacts Facts = new(64, 1L << 36, 1L << 40, 1e9, "benchmark", "1.0");
    private static readonly string Sha256 = new('a', 64);

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [OverHttp] = (arguments, cancellationToken) => MeasureHttpAsync(Whole(arguments), cancellationToken),
        [Direct] = (arguments, cancellationToken) => MeasureDirectAsync(Whole(arguments), cancellationToken),
    };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureHttpAsync(int results, CancellationToken cancellationToken)
    {
        await using var app = await GridApp.StartAsync(cancellationToken);
        await OpenAsync(app.Services.GetRequiredService<GridShards>(), 2 * results, cancellationToken);
        var hosts = await Task.WhenAll(Enumerable.Range(0, Hosts).Select(n => app.JoinAsync(n, Facts, cancellationToken)));
        return await MeasureAsync(
            results, app.Services.GetRequiredService<GridShards>(), app.Services.GetRequiredService<IObjectStore>(),
            (host, held) => hosts[host].RequestAsync(Application, held, cancellationToken),
            (host, report) => hosts[host].ReportAsync(report, cancellationToken), cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, double>> MeasureDirectAsync(int results, CancellationToken cancellationToken)
    {
        await using var app = await GridApp.StartAsync(cancellationToken);
        var scheduler = app.Services.GetRequiredService<IGridScheduler>();
        await OpenAsync(app.Services.GetRequiredService<GridShards>(), 2 * results, cancellationToken);
        var hosts = Enumerable.Range(0, Hosts).Select(n => new HostKey($"volunteer{n}", $"host{n}")).ToArray();
        await Task.WhenAll(hosts.Select(h => scheduler.RegisterHostAsync(h, Facts, cancellationToken)));
        return await MeasureAsync(
            results, app.Services.GetRequiredService<GridShards>(), null,
            async (host, held) => (await scheduler.RequestAsync(hosts[host], new WorkRequest(1, 1, 1L << 36, 1L << 40, [Application], [], held, 0), cancellationToken)).Single().ResultId,
            async (host, report) => (await scheduler.ReportAsync(hosts[host], [report], cancellationToken))[0].State, cancellationToken);
    }

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        int results, GridShards shards, IObjectStore? files, Func<int, IReadOnlyList<string>, Task<string>> request, Func<int, ResultReport, Task<string>> report, CancellationToken cancellationToken)
    {
        var held = Enumerable.Range(0, Hosts).Select(_ => new List<string>()).ToArray();
        await RequestAsync(results / 2); // warm
        var began = (await shards.AllAsync(cancellationToken))[0].Commits;
        var requestSeconds = await RequestAsync(results);
        var commits = (await shards.AllAsync(cancellationToken))[0].Commits - began;
        if (files is not null)
            await UploadAsync(files, held, cancellationToken);
        var reports = held.SelectMany((results, host) => results.Select(id => (Host: host, Id: id))).OrderBy(r => r.Id, StringComparer.Ordinal).ToArray();
        await ReportAsync(reports[..(results / 2)]);
        var reportSeconds = await ReportAsync(reports[(results / 2)..]);
        return new Dictionary<string, double>
        {
            [Requests] = results / requestSeconds,
            [Reports] = (reports.Length - (results / 2)) / reportSeconds,
            [Commits] = commits / requestSeconds,
        };

        // A host has one request at a time, as clients do.
        async Task<double> RequestAsync(int count)
        {
            var watch = Stopwatch.StartNew();
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
            {
                for (var host = connection; Interlocked.Increment(ref next) < count; host = host + Connections < Hosts ? host + Connections : connection)
                    held[host].Add(await request(host, held[host]));
            }));
            return watch.Elapsed.TotalSeconds;
        }

        async Task<double> ReportAsync((int Host, string Id)[] these)
        {
            var watch = Stopwatch.StartNew();
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
            {
                for (var i = Interlocked.Increment(ref next); i < these.Length; i = Interlocked.Increment(ref next))
                {
                    var state = await report(these[i].Host, new ResultReport(these[i].Id, true, null, 1, 1, 0.01, Sha256, ResultBytes));
                    if (state != ReportAnswer.Accepted)
                        throw new BenchmarkException($"The report of {these[i].Id} was answered '{state}'.");
                }
            }));
            return watch.Elapsed.TotalSeconds;
        }
    }

    // The files are there before; what is measured is the taking in of reports.
    private static async Task UploadAsync(IObjectStore files, List<string>[] held, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(held.SelectMany(results => results), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (id, token) =>
            await files.WriteAsync("grid", $"results/{JobId}/{id}", new MemoryStream(new byte[ResultBytes]), WriteCondition.None, token));

    // Straight into the log: what the application splits is not what is measured.
    private static async Task OpenAsync(GridShards shards, int units, CancellationToken cancellationToken)
    {
        var policy = new UnitPolicy(2, 2, 3, 10, 6, TimeSpan.FromDays(1), 1 << 20, null);
        await shards.ExecuteAsync((t, _, _) => JobCommands.OpenJob(t, new JobSetup(JobId, "run", "default", Application, policy, 0, 1)), cancellationToken);
        foreach (var (page, numbers) in Enumerable.Range(0, units).Chunk(1_000).Index())
        {
            UnitSetup[] setups = [.. numbers.Select(n => new UnitSetup(n, $"u{n}", Sha256, [], 1e6, 1 << 20, 1 << 20))];
            await shards.ExecuteAsync((t, _, _) => JobCommands.AddUnits(t, JobId, "run", page, [], setups), cancellationToken);
        }
    }

    private static int Whole(IReadOnlyList<string> arguments) => int.Parse(arguments[0], CultureInfo.InvariantCulture);
}
