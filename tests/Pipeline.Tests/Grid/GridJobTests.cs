using System.Globalization;
using System.Text;
using Pipeline.Grid;
using Pipeline.Grid.Log;
using Pipeline.Grid.State;
using Pipeline.Jobs;

namespace Pipeline.Tests.Grid;

/// <summary>Whole jobs, from the split to the Parquet files, with hosts of all kinds.</summary>
public sealed class GridJobTests
{
    private static readonly byte[] Wrong = Encoding.ASCII.GetBytes("999983");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    public async Task Job_HonestHosts_HasTheResultOfEveryUnitOnce(int shards, int runsOfEachActivity)
    {
        await using var hub = new GridHub(Settings(("PipelineGridShards", shards), ("PipelineGridUnitsPerFile", 8)), runsOfEachActivity);
        hub.WhileWaiting = () => AllAsync(hub, 12, _ => SquareApplication.Answer);

        var output = await hub.RunAsync(units: 20);

        Assert.Equal(Expected(20), (await hub.RowsAsync(output)).Order(StringComparer.Ordinal));
        Assert.Equal(["unit VARCHAR", "square BIGINT", "root DOUBLE", "even BOOLEAN", "note VARCHAR"], output.Columns.Select(c => $"{c.Name} {c.Type}"));
        Assert.Equal((20, 20, 0), ((int)output.Statistics["units"], (int)output.Statistics["unitsDone"], (int)output.Statistics["unitsFailed"]));
        // Nothing is left but the log, and its state.
        Assert.DoesNotContain(hub.Store.Paths("grid"), path => path.Contains("job", StringComparison.Ordinal));
        Assert.Equal(0, (await hub.Scheduler.StatisticsAsync(null, CancellationToken.None)).Jobs);
    }

    [Fact]
    public async Task Job_WaitsForVolunteers_MovesSoOftenThatItIsNotTakenForStuck()
    {
        await using var hub = new GridHub();
        var started = hub.Now;
        hub.WhileWaiting = () => hub.Now - started < TimeSpan.FromHours(2) ? Task.CompletedTask : AllAsync(hub, 12, _ => SquareApplication.Answer);

        await hub.RunAsync(units: 4);

        Assert.True(hub.Now - started >= TimeSpan.FromHours(2), "nobody came for so long");
        Assert.InRange(hub.LongestSleep, TimeSpan.FromSeconds(1), JobWatch.UsualStuckAfter / 100);
    }

    [Fact]
    public async Task Job_HostsThatLieColludeVanishAndSendRubbish_IsRight()
    {
        await using var hub = new GridHub(Settings(("PipelineGridUnitsPerFile", 10)));
        hub.WhileWaiting = () => AllAsync(hub, 20, host => host switch
        {
            0 => n => Encoding.ASCII.GetBytes($"{(n * n) + 1}"), // a lie of its own
            1 => _ => Encoding.ASCII.GetBytes("no number"),
            2 => _ => null, // never heard of again
            3 => _ => [],
            _ => SquareApplication.Answer,
        });

        var output = await hub.RunAsync(units: 60, ", \"adaptive\": false");

        Assert.Equal(Expected(60), (await hub.RowsAsync(output)).Order(StringComparer.Ordinal));
        Assert.True(output.Statistics["resultsInvalid"] > 0 && output.Statistics["resultsFailed"] > 0 && output.Statistics["resultsWithoutReply"] > 0);
        Assert.Equal(0, (await hub.Scheduler.HostAsync(GridRuns.Host(0), CancellationToken.None))!.Valid);
    }

    [Fact]
    public async Task Job_AdaptiveReplication_WastesLessThanFixed()
    {
        var wasted = new List<long>();
        foreach (var fields in new[] { ", \"adaptive\": false", ", \"adaptive\": { \"after\": 3, \"spotCheck\": 0.1 }" })
        {
            await using var hub = new GridHub();
            hub.WhileWaiting = () => AllAsync(hub, 4, _ => SquareApplication.Answer);
            var output = await hub.RunAsync(units: 80, fields);
            Assert.Equal(Expected(80), (await hub.RowsAsync(output)).Order(StringComparer.Ordinal));
            wasted.Add(output.Statistics["resultsWasted"]);
        }
        Assert.True(wasted[0] == 80 && wasted[1] < 40, $"fixed {wasted[0]}, adaptive {wasted[1]}");
    }

    [Fact]
    public async Task Job_ManySteps_CutsItsHistoryAndKeepsFewUnits()
    {
        await using var hub = new GridHub(Settings(("PipelineGridLiveUnits", 250), ("PipelineGridUnitsPerFile", 20)));
        long most = 0;
        hub.WhileWaiting = async () =>
        {
            most = Math.Max(most, (await hub.Scheduler.StatisticsAsync("job", CancellationToken.None)).Unsent);
            await AllAsync(hub, 5, _ => SquareApplication.Answer);
        };

        var output = await hub.RunAsync(units: 700, ", \"adaptive\": false");

        Assert.Equal(700, output.Rows);
        Assert.InRange(hub.Continuations, 2, 100);
        Assert.InRange(most, 1, 2 * 500);
        Assert.Equal(100, hub.Shown!.Progress.TasksDone * 100 / hub.Shown.Progress.TasksTotal);
    }

    [Fact]
    public async Task Job_FilesOfMoreUnitsThanAreKept_AreWrittenBeforeTheyAreFull()
    {
        await using var hub = new GridHub(Settings(("PipelineGridLiveUnits", 100), ("PipelineGridUnitsPerFile", 1_000)));
        var waits = 0;
        hub.WhileWaiting = () => waits++ < 200 ? AllAsync(hub, 5, _ => SquareApplication.Answer) : throw new InvalidOperationException("It waits for ever.");

        var output = await hub.RunAsync(units: 600, ", \"adaptive\": false");

        Assert.Equal(600, output.Rows);
    }

    [Fact]
    public async Task Job_ClockAheadOfTheLogs_WaitsForItsDeadlinesWithoutSpinning()
    {
        await using var hub = new GridHub { Ahead = TimeSpan.FromMinutes(10) };
        var (started, waits) = (hub.Now, 0);
        hub.WhileWaiting = async () =>
        {
            Assert.True(waits++ < 2_000, "It looks again and again, and time stands still.");
            // The first volunteer is never heard of again: its result goes to another when its deadline has passed.
            if (hub.Now == started)
                await hub.WorkAsync(GridRuns.Host(0), _ => null);
            else
                await hub.WorkAsync(GridRuns.Host(waits % 2 + 1), SquareApplication.Answer);
        };

        var output = await hub.RunAsync(units: 1, ", \"adaptive\": false");

        Assert.Equal((1, 1), (output.Rows, output.Statistics["resultsWithoutReply"]));
    }

    [Fact]
    public async Task Job_WithoutASeed_DrawsSpotChecksFromANumberThatNobodyKnows()
    {
        var seeds = new HashSet<long>();
        for (var run = 0; run < 2; run++)
        {
            await using var hub = new GridHub();
            hub.WhileWaiting = () => AllAsync(hub, 4, _ => SquareApplication.Answer);
            await hub.RunAsync(units: 1);
            foreach (var path in hub.Store.Paths("grid").Where(p => p.StartsWith("00/log/", StringComparison.Ordinal)))
                seeds.UnionWith(LogJson.ReadCommit(await Pipeline.Storage.WholeObjects.ReadAllAsync(hub.Store, "grid", path, CancellationToken.None), path).Events.OfType<JobOpened>().Select(e => e.Job.Seed));
        }

        Assert.Equal(2, seeds.Count);
    }

    [Theory]
    [InlineData("""{ "kind": "grid", "name": "n", "application": "alignment", "parameters": { "reference": "patients/genome.fasta", "reads": { "count": 1 } } }""", "datasets/patients")]
    [InlineData("""{ "kind": "grid", "name": "n", "application": "alignment", "input": "reads", "parameters": { "reference": "patients/genome.fasta" } }""", "datasets/patients datasets/reads")]
    [InlineData("""{ "kind": "grid", "name": "n", "application": "square", "input": { "file": "patients/numbers.txt" } }""", "datasets/patients")]
    public async Task Use_EveryFileThatVolunteersGet_IsAnInputThatLeaves(string spec, string inputs)
    {
        await using var hub = new GridHub();

        var use = hub.Service<IEnumerable<IJobKind>>().OfType<GridJobKind>().Single().Use(JobSpec.Parse(Encoding.UTF8.GetBytes(spec), ["grid"]), "job n");

        Assert.Equal(inputs.Split(' '), use.Inputs);
        Assert.NotEmpty(use.LeavesBy);
    }

    [Fact]
    public async Task Job_UnitNobodyCanCompute_IsListedAndTheRestIsThere()
    {
        await using var hub = new GridHub();
        hub.WhileWaiting = () => AllAsync(hub, 6, _ => n => n == 3 ? Encoding.ASCII.GetBytes("rubbish") : SquareApplication.Answer(n));

        var output = await hub.RunAsync(units: 5);

        Assert.Equal(Expected(5).Where(r => !r.StartsWith("u3,", StringComparison.Ordinal)), (await hub.RowsAsync(output)).Order(StringComparer.Ordinal));
        Assert.Equal(1, output.Statistics["unitsFailed"]);
        var list = Assert.Single(output.Artifacts!);
        Assert.Contains("TooManyErrors", Encoding.UTF8.GetString(await Pipeline.Storage.WholeObjects.ReadAllAsync(hub.Store, JobFiles.Results, list[(list.IndexOf('/', StringComparison.Ordinal) + 1)..], CancellationToken.None)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_NoUnitCanBeComputed_FailsAndSaysWhy()
    {
        await using var hub = new GridHub();
        hub.WhileWaiting = () => AllAsync(hub, 10, _ => _ => Wrong[..1].Concat("x"u8.ToArray()).ToArray());

        var e = await Assert.ThrowsAsync<JobFailedException>(() => hub.RunAsync(units: 3));

        Assert.Equal("All 3 work units were given up.", e.Error.Message);
        Assert.Equal(0, (await hub.Scheduler.StatisticsAsync(null, CancellationToken.None)).Jobs);
    }

    [Fact]
    public async Task Job_InputThatMakesNoUnits_FailsAtTheSplit()
    {
        await using var hub = new GridHub();

        var e = await Assert.ThrowsAsync<JobFailedException>(() => hub.RunAsync(units: 0));

        Assert.StartsWith("The input makes no work units", e.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaderboard_ValidResults_AreRankedByCredit()
    {
        await using var hub = new GridHub();
        hub.WhileWaiting = async () =>
        {
            await hub.WorkAsync(GridRuns.Host(0), SquareApplication.Answer, tasks: 2);
            await hub.WorkAsync(GridRuns.Host(1), SquareApplication.Answer, tasks: 4);
            await hub.WorkAsync(GridRuns.Host(2), SquareApplication.Answer, tasks: 4);
        };
        await hub.RunAsync(units: 20, ", \"adaptive\": false");

        var board = await hub.Scheduler.LeaderboardAsync(2, CancellationToken.None);

        Assert.Equal([1, 2], board.Select(r => r.Rank));
        Assert.True(board[0].Credit >= board[1].Credit && board[1].Credit > 0);
        Assert.DoesNotContain("volunteer0", board.Select(r => r.VolunteerId));
    }

    private static async Task AllAsync(GridHub hub, int hosts, Func<int, Func<int, byte[]?>> make)
    {
        for (var host = 0; host < hosts; host++)
            await hub.WorkAsync(GridRuns.Host(host), make(host));
    }

    private static IEnumerable<string> Expected(int units) => Enumerable.Range(0, units)
        .Select(n => (long)n * n)
        .Select((square, n) => string.Create(CultureInfo.InvariantCulture, $"u{n},{square},{(double)n:0.0},{(square % 2 == 0 ? "True" : "False")},{(square > 100 ? "" : "small")}"))
        .Order(StringComparer.Ordinal);

    private static Dictionary<string, string?> Settings(params (string Name, int Value)[] settings) =>
        settings.ToDictionary(s => s.Name, s => (string?)s.Value.ToString(CultureInfo.InvariantCulture));
}
