using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Applications.Alignment;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;
using Pipeline.Storage;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Grid;

/// <summary>Two hundred hosts over real HTTP, many of whom are not to be trusted: what comes out is right all the same.</summary>
/// <remarks>Three who agree on a lie can meet in a unit before any of them was caught, about once in seventy runs of this population;
/// with a quorum of four it is less than once in two thousand. Once caught, they are heard as one.</remarks>
public sealed class PopulationTests(ITestOutputHelper output)
{
    private const int Hosts = 200;
    private const int HostsAtOnce = 12;
    private const string Reference = "population/reference.fasta";
    private const string Fields = "read,reference,strand,score,reference_start,reference_end,read_start,read_end,matches,cigar";

    [Fact]
    public async Task Population_OfWhomManyVanishLieOrBoast_GivesTheRightResults()
    {
        var seed = Seeds.Next(output);
        var random = new Random(seed);
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        await using var app = await RunningApp.StartAsync(settings: new Dictionary<string, string?>
        {
            // They all come from this machine's address.
            ["PipelineGridAddressRequestsPerSecond"] = "100000",
            ["PipelineGridRegistrationsPerMinute"] = "100000",
        });
        var genome = string.Concat(Enumerable.Range(0, 600).Select(_ => "ACGT"[random.Next(4)]));
        await app.Services.GetRequiredService<IObjectStore>().WriteAsync(
            DatasetFolders.Container, Reference, new MemoryStream(Encoding.ASCII.GetBytes($">reference\n{genome}\n")), WriteCondition.None, giveUp.Token);
        var hosts = Population(random, app.Http.BaseAddress!);
        try
        {
            await Parallel.ForEachAsync(hosts, new ParallelOptions { MaxDegreeOfParallelism = HostsAtOnce, CancellationToken = giveUp.Token }, async (host, token) => await host.JoinAsync(token));

            var fixedReplication = await RunAsync(app, hosts, "fixed", seed, 120, "\"adaptive\": false", giveUp.Token);
            var adaptive = await RunAsync(app, hosts, "adaptive", seed + 1, 240, """ "adaptive": { "after": 2, "spotCheck": 0.1 } """, giveUp.Token);

            Assert.True(adaptive < fixedReplication, $"Adaptive replication took {adaptive:0.00} results a unit, fixed replication {fixedReplication:0.00}.");
            await CheckCreditAsync(app, hosts, giveUp.Token);
        }
        finally
        {
            foreach (var host in hosts)
                host.Dispose();
        }
    }

    // 20 % vanish, 10 % are wrong, 5 % collude, 5 % are late; every tenth claims enormous credit, whatever else it does.
    private static List<SimulatedHost> Population(Random random, Uri server)
    {
        var behaviours = new HostBehaviour[Hosts];
        Array.Fill(behaviours, HostBehaviour.Vanishes, 0, Hosts / 5);
        Array.Fill(behaviours, HostBehaviour.Wrong, Hosts / 5, Hosts / 10);
        Array.Fill(behaviours, HostBehaviour.Colludes, Hosts * 3 / 10, Hosts / 20);
        Array.Fill(behaviours, HostBehaviour.Late, Hosts * 7 / 20, Hosts / 20);
        random.Shuffle(behaviours);
        return [.. behaviours.Select((behaviour, i) => new SimulatedHost(i, behaviour, boasts: i % 10 == 0, server, TimeProvider.System))];
    }

    /// <summary>Runs a job with the population, and checks every row. Gives the results that hosts were sent for a unit, on average.</summary>
    private async Task<double> RunAsync(RunningApp app, List<SimulatedHost> hosts, string name, int seed, int units, string replication, CancellationToken giveUp)
    {
        var clock = Stopwatch.StartNew();
        var parameters = $$"""{ "reference": "{{Reference}}", "reads": { "count": {{units}}, "length": 40, "seed": {{seed}}, "substitutions": 0.05 }, "readsPerUnit": 1 }""";
        var id = await app.SubmitAsync($$"""
            { "kind": "grid", "name": "{{name}}", "application": "alignment", "parameters": {{parameters}}, "seed": {{seed}}, "delayBound": "6s", "flopsBound": 1e9,
              "minQuorum": 4, "maxErrorResults": 60, "maxSuccessResults": 30, "maxTotalResults": 100, {{replication}} }
            """);
        var folder = Directory.CreateTempSubdirectory("pipeline-test-").FullName;
        try
        {
            var work = new SharedWork(folder, app.Services.GetRequiredService<IObjectStore>().LocalPath(DatasetFolders.Container, Reference)!);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
            using var turns = new SemaphoreSlim(HostsAtOnce);
            var working = hosts.Select(host => host.WorkAsync(work, turns, stop.Token)).ToArray();
            var job = await EndAsync(app, id, giveUp);
            await stop.CancelAsync();
            await Task.WhenAll(working);

            Assert.True(job.Status == JobStatus.Completed, $"{job.Status}: {job.Error}");
            await CheckRowsAsync(app, id, work, parameters, units);
            var figures = job.Output!.Statistics!;
            Assert.Equal((units, 0), (figures["unitsDone"], figures["unitsFailed"]));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name} replication: {units} units right, {figures["results"]} results sent ({(double)figures["results"] / units:0.00} a unit), wasted {100.0 * figures["resultsWasted"] / figures["results"]:0} %, " +
                $"invalid {100.0 * figures["resultsInvalid"] / figures["results"]:0.0} %, without reply {100.0 * figures["resultsWithoutReply"] / figures["results"]:0.0} %, {clock.Elapsed.TotalSeconds:0} s"));
            foreach (var line in work.Counts())
                output.WriteLine(line);
            return (double)figures["results"] / units;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<JobView> EndAsync(RunningApp app, string id, CancellationToken giveUp)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            if (await app.GetAsync(id) is { Status: not (JobStatus.Pending or JobStatus.Running) } job)
                return job;
            await timer.WaitForNextTickAsync(giveUp);
        }
    }

    // Against what the units give when they are computed here, with no server between.
    private static async Task CheckRowsAsync(RunningApp app, string id, SharedWork work, string parameters, int units)
    {
        var store = app.Services.GetRequiredService<IObjectStore>();
        var paths = new Dictionary<string, string> { [Reference] = store.LocalPath(DatasetFolders.Container, Reference)! };
        var application = new AlignmentApplication();
        var expected = new List<string>();
        await foreach (var unit in application.SplitAsync(new GridSource(null, null, JsonSerializer.Deserialize<JsonElement>(parameters)), store, CancellationToken.None))
            expected.AddRange(application.Read(work.Compute(new UnitPayload(unit.Name, unit.Input, paths))).Rows.Select(row => string.Join(' ', row)));
        Assert.Equal(units, expected.Count);

        var result = await app.ResultAsync(id, units + 1);
        var places = Fields.Split(',').Select(field => result.Columns.Index().Single(column => column.Item.Name == field).Index).ToArray();
        Assert.Equal(expected.Order(StringComparer.Ordinal), result.Rows.Select(row => string.Join(' ', places.Select(place => row[place].ToString()))).Order(StringComparer.Ordinal));
    }

    // 200 a day on a machine of 10^9 operations a second: a unit of 10^9 operations earns 200 / 86,400, however much is claimed.
    private async Task CheckCreditAsync(RunningApp app, List<SimulatedHost> hosts, CancellationToken giveUp)
    {
        var board = (await app.Http.GetFromJsonAsync<Leaderboard>($"api/grid/leaderboard?top=100", GridJson.Options, giveUp))!.Rows.ToDictionary(row => row.VolunteerId);
        var boasters = hosts.Where(host => host.Boasts && board.ContainsKey(host.VolunteerId)).Select(host => board[host.VolunteerId]).Where(row => row.ValidResults > 0).ToList();
        Assert.NotEmpty(boasters);
        foreach (var row in board.Values)
            Assert.InRange(row.Credit, 0, row.ValidResults * 200.0 / 86_400 * 1.001);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{boasters.Count} volunteers who claim {SimulatedHost.EnormousClaim:0e0} a result have {boasters.Sum(row => row.Credit) / boasters.Sum(row => row.ValidResults):0.00000} each; 0.00231 is what one is worth"));
    }
}
