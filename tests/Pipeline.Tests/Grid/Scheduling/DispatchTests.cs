using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Tests.Grid.Scheduling;

/// <summary>The rules by which hosts get work.</summary>
public sealed class DispatchTests
{
    private static readonly UnitPolicy Adaptive = GridRuns.Policy with { Adaptive = new AdaptiveSpec(10, 0) };

    private readonly HostCommands _hosts = GridRuns.Hosts();

    [Fact]
    public void Request_TwoVolunteers_EachGetsAResultOfEveryUnit()
    {
        var grid = GridRuns.Open(units: 3, hosts: 2);

        var one = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(10));
        var other = _hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask(10));

        Assert.Equal(["u0", "u1", "u2"], one.Select(a => a.UnitName).Order());
        Assert.Equal(["u0", "u1", "u2"], other.Select(a => a.UnitName).Order());
        Assert.Empty(one.Select(a => a.ResultId).Intersect(other.Select(a => a.ResultId)));
    }

    [Fact]
    public void Request_TwoHostsOfOneVolunteer_ShareNoUnit()
    {
        var grid = GridRuns.Open(units: 3, hosts: 0);
        HostCommands.Register(grid, new HostKey("v", "a"), GridRuns.Facts);
        HostCommands.Register(grid, new HostKey("v", "b"), GridRuns.Facts);

        var one = _hosts.Request(grid, new HostKey("v", "a"), GridRuns.Ask(2));
        var other = _hosts.Request(grid, new HostKey("v", "b"), GridRuns.Ask(10));

        Assert.Empty(one.Select(a => a.UnitName).Intersect(other.Select(a => a.UnitName)));
        Assert.Equal(3, one.Count + other.Count);
    }

    [Fact]
    public void Request_WithoutWhatItHolds_GetsThatAgainAndNothingElseInItsPlace()
    {
        var grid = GridRuns.Open(units: 5, hosts: 1);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2));

        var again = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2, sent[0].ResultId));

        Assert.Equal((sent[1].ResultId, sent[1].Deadline), (again[0].ResultId, again[0].Deadline));
        Assert.Equal(2, again.Count);
        Assert.DoesNotContain(sent[0].ResultId, again.Select(a => a.ResultId));
    }

    [Fact]
    public void Request_UnknownHostOrAnothersHost_IsRefused()
    {
        var grid = GridRuns.Open(units: 1, hosts: 1);

        Assert.Equal(GridRefusal.UnknownHost, Assert.Throws<GridRefusedException>(() => _hosts.Request(grid, GridRuns.Host(7), GridRuns.Ask())).Reason);
        Assert.Equal(GridRefusal.UnknownHost, Assert.Throws<GridRefusedException>(() => _hosts.Request(grid, new HostKey("thief", "host0"), GridRuns.Ask())).Reason);
    }

    [Fact]
    public void Ban_HostWithWork_GetsNoneAndItsWorkGoesToOthers()
    {
        var grid = GridRuns.Open(units: 1, hosts: 3);
        var sent = Assert.Single(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask()));

        Assert.True(HostCommands.Ban(grid, "host0", banned: true));

        Assert.Equal(GridRefusal.Banned, Assert.Throws<GridRefusedException>(() => _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())).Reason);
        Assert.Single(_hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask(5)));
        Assert.Single(_hosts.Request(grid, GridRuns.Host(2), GridRuns.Ask(5)));
        Assert.Equal(ReportAnswer.TooLate, ReportCommand.Report(grid, GridRuns.Host(0), [GridRuns.Success(sent.ResultId)])[0].State);
        Assert.True(HostCommands.Ban(grid, "host0", banned: false));
        Assert.Empty(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask()));
    }

    [Theory]
    [InlineData("TooLittleMemory", 1 << 19, 1L << 36, 1, 0)]
    [InlineData("TooLittleDisk", 1L << 32, 1 << 19, 1, 0)]
    [InlineData("DiskForOne", 1L << 32, 1 << 20, 1, 1)]
    [InlineData("AnotherVersion", 1L << 32, 1L << 36, 2, 0)]
    [InlineData("Enough", 1L << 32, 1L << 36, 1, 4)]
    public void Request_Resources_BoundWhatIsSent(string rule, long memory, long disk, int version, int expected)
    {
        var grid = GridRuns.Open(units: 4, hosts: 1);

        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(10) with { MemoryBytes = memory, DiskBytes = disk, Applications = [new ApplicationVersion("square", version)] });

        Assert.Equal((rule, expected), (rule, sent.Count));
    }

    [Fact]
    public void Request_HostTooSlowForTheDelayBound_GetsNothing()
    {
        var grid = GridRuns.Open(units: 1, hosts: 0, policy: GridRuns.Policy with { DelayBound = TimeSpan.FromSeconds(5) });
        HostCommands.Register(grid, GridRuns.Host(0), GridRuns.Facts with { FlopsPerSecond = 1e8 });
        HostCommands.Register(grid, GridRuns.Host(1), GridRuns.Facts with { FlopsPerSecond = 1e9 });

        Assert.Empty(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask()));
        Assert.Single(_hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask()));
    }

    [Fact]
    public void Request_Seconds_BoundHowManyAreSent()
    {
        var grid = GridRuns.Open(units: 100, hosts: 1);

        // Each unit takes a second of one of four processors.
        Assert.Equal(12, _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(100) with { Seconds = 3 }).Count);
    }

    [Fact]
    public void Request_Quota_EndsWithTheDayAndShrinksWithErrors()
    {
        var hosts = GridRuns.Hosts(dailyResults: 2, inProgress: 100);
        var grid = GridRuns.Open(units: 100, hosts: 1);

        var sent = hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(100));
        Assert.Equal(8, sent.Count);
        ReportCommand.Report(grid, GridRuns.Host(0), [GridRuns.Failure(sent[0].ResultId)]);
        Assert.Empty(hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(100, [.. sent.Select(s => s.ResultId)])));

        var tomorrow = new GridTransaction(grid.State, GridRuns.Start.AddDays(1));
        Assert.Equal(4, hosts.Request(tomorrow, GridRuns.Host(0), GridRuns.Ask(100, [.. sent.Select(s => s.ResultId)])).Count);
    }

    [Fact]
    public void Quota_FailuresAndValidResults_ShrinkAndGrowIt()
    {
        var share = Enumerable.Range(0, 4).Aggregate(1.0, (s, _) => DailyQuota.AfterFailure(s));
        Assert.Equal(62, DailyQuota.Of(share, 1_000));
        share = Enumerable.Range(0, 40).Aggregate(share, (s, _) => DailyQuota.AfterValid(s));
        Assert.Equal(1_000, DailyQuota.Of(share, 1_000));
        Assert.Equal(1, DailyQuota.Of(Enumerable.Range(0, 100).Aggregate(1.0, (s, _) => DailyQuota.AfterFailure(s)), 1_000));
    }

    [Fact]
    public void Request_ResultsInProgress_AreBounded()
    {
        var hosts = GridRuns.Hosts(inProgress: 2);
        var grid = GridRuns.Open(units: 100, hosts: 1);

        Assert.Equal(8, hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(100)).Count);
    }

    [Fact]
    public void Request_CachedFile_BringsItsUnitsFirst()
    {
        var grid = new GridTransaction(new GridState(), GridRuns.Start);
        JobCommands.OpenJob(grid, GridRuns.Job());
        SharedFile[] files = [new("one", "files/1", 10, "1"), new("two", "files/2", 10, "2")];
        JobCommands.AddUnits(grid, "job", "r1", 0, files, [GridRuns.Unit(0, 0), GridRuns.Unit(1, 0), GridRuns.Unit(2, 1), GridRuns.Unit(3, 1)]);
        HostCommands.Register(grid, GridRuns.Host(0), GridRuns.Facts);
        HostCommands.Register(grid, GridRuns.Host(1), GridRuns.Facts);

        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(3) with { CachedFiles = ["2"] });

        Assert.Equal(["u2", "u3", "u0"], sent.Select(a => a.UnitName));
        Assert.Equal("two", Assert.Single(sent[0].SharedFiles).Name);
        Assert.Equal("u0", _hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask())[0].UnitName);
    }

    [Fact]
    public void Request_TwoProjects_ShareAlikeWhateverTheirJobs()
    {
        var grid = new GridTransaction(new GridState(), GridRuns.Start);
        foreach (var (job, project) in new[] { ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b") })
        {
            JobCommands.OpenJob(grid, GridRuns.Job(job, project: project));
            JobCommands.AddUnits(grid, job, "r1", 0, [], [.. Enumerable.Range(0, 50).Select(n => GridRuns.Unit(n))]);
        }
        HostCommands.Register(grid, GridRuns.Host(0), GridRuns.Facts);

        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(40));

        Assert.Equal(20, sent.Count(a => a.JobId == "b1"));
    }

    [Fact]
    public void Request_ProjectThatHadNothingToSend_DoesNotTakeAllAfterwards()
    {
        var grid = new GridTransaction(new GridState(), GridRuns.Start);
        JobCommands.OpenJob(grid, GridRuns.Job("a", project: "a"));
        JobCommands.AddUnits(grid, "a", "r1", 0, [], [.. Enumerable.Range(0, 100).Select(n => GridRuns.Unit(n))]);
        HostCommands.Register(grid, GridRuns.Host(0), GridRuns.Facts);
        _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(40));
        JobCommands.OpenJob(grid, GridRuns.Job("b", project: "b"));
        JobCommands.AddUnits(grid, "b", "r1", 0, [], [.. Enumerable.Range(0, 100).Select(n => GridRuns.Unit(n))]);
        HostCommands.Register(grid, GridRuns.Host(1), GridRuns.Facts);

        var sent = _hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask(20));

        Assert.InRange(sent.Count(a => a.JobId == "b"), 9, 11);
    }

    [Fact]
    public void Request_Priority_DecidesWithinAProject()
    {
        var grid = new GridTransaction(new GridState(), GridRuns.Start);
        foreach (var (job, priority) in new[] { ("low", 0), ("high", 5) })
        {
            JobCommands.OpenJob(grid, GridRuns.Job(job, priority: priority));
            JobCommands.AddUnits(grid, job, "r1", 0, [], [GridRuns.Unit(0)]);
        }
        HostCommands.Register(grid, GridRuns.Host(0), GridRuns.Facts);

        Assert.Equal(["high", "low"], _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2)).Select(a => a.JobId));
    }

    [Fact]
    public void Adaptive_NewHost_IsNotBelievedAlone()
    {
        var grid = GridRuns.Open(units: 1, hosts: 2, policy: Adaptive);

        Assert.Single(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask()));
        Assert.Single(_hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask()));
    }

    [Fact]
    public void Adaptive_TenValidInARow_EarnUnitsAlone()
    {
        var grid = Trusted();

        var alone = Assert.Single(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask()));
        Assert.DoesNotContain(alone.UnitName, _hosts.Request(grid, GridRuns.Host(1), GridRuns.Ask(100)).Select(a => a.UnitName));
        ReportCommand.Report(grid, GridRuns.Host(0), [GridRuns.Success(alone.ResultId)]);
        GridRuns.Validate(grid);

        Assert.Equal(11, grid.State.Hosts.Find("host0")!.Version(GridRuns.Application).ConsecutiveValid);
    }

    [Fact]
    public void Adaptive_SpotChecks_AreTheirShareOfAllUnitsAndTheSameForTheSameSeed()
    {
        var job = GridRuns.Job(policy: GridRuns.Policy with { Adaptive = new AdaptiveSpec(10, 0.1) }, seed: 42);
        var host = new HostVersionRow(GridRuns.Application) { ConsecutiveValid = 10 };

        bool[] Draw() => [.. Enumerable.Range(0, 10_000).Select(n => Reliability.IsEnough(job, new WorkUnit("job", GridRuns.Unit(n)), new UnitResult(0), host))];

        Assert.InRange(Draw().Count(alone => !alone), 900, 1_100);
        Assert.Equal(Draw(), Draw());
    }

    [Fact]
    public void Adaptive_HostThatFailsMeanwhile_IsCheckedAfterAll()
    {
        var grid = Trusted();
        var alone = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2));
        ReportCommand.Report(grid, GridRuns.Host(0), [GridRuns.Failure(alone[0].ResultId)]);

        ReportCommand.Report(grid, GridRuns.Host(0), [GridRuns.Success(alone[1].ResultId)]);

        Assert.True(ResultId.TryParse(alone[1].ResultId, out var id));
        var unit = grid.State.Units.Find(new UnitKey("job", id.Unit))!;
        Assert.True(unit.Replicated);
        Assert.Equal(1, unit.Count(ServerState.Unsent));
        Assert.False(unit.AwaitsValidation(2));
    }

    [Fact]
    public void OpenJob_HostsThatEarnedNothingAndAreSilentForAMonth_AreForgottenAndMayComeAgain()
    {
        var grid = GridRuns.Open(units: 2, hosts: 6);
        foreach (var host in new[] { 0, 1 })
            ReportCommand.Report(grid, GridRuns.Host(host), [.. _hosts.Request(grid, GridRuns.Host(host), GridRuns.Ask()).Select(s => GridRuns.Success(s.ResultId))]);
        GridRuns.Validate(grid);
        // Host 2 has a result that is not judged yet, 3 is barred, 5 is heard of.
        var waiting = Assert.Single(_hosts.Request(grid, GridRuns.Host(2), GridRuns.Ask()));
        ReportCommand.Report(grid, GridRuns.Host(2), [GridRuns.Success(waiting.ResultId)]);
        HostCommands.Ban(grid, "host3", banned: true);
        var later = new GridTransaction(grid.State, GridRuns.Start.AddDays(31));
        HostCommands.Heartbeat(later, GridRuns.Host(5), []);

        Assert.True(JobCommands.OpenJob(later, GridRuns.Job("next")));

        Assert.Equal(["host0", "host1", "host2", "host3", "host5"], grid.State.Hosts.Rows.Select(h => h.Key.HostId).Order(StringComparer.Ordinal));
        Assert.Equal(GridRefusal.UnknownHost, Assert.Throws<GridRefusedException>(() => _hosts.Request(later, GridRuns.Host(4), GridRuns.Ask())).Reason);
        Assert.True(HostCommands.Register(later, GridRuns.Host(4), GridRuns.Facts));
        var other = Assert.Single(_hosts.Request(later, GridRuns.Host(4), GridRuns.Ask()));
        Assert.Equal(waiting.UnitName, other.UnitName);
        ReportCommand.Report(later, GridRuns.Host(4), [GridRuns.Success(other.ResultId)]);
        GridRuns.Validate(later);
        Assert.Equal(1, grid.State.Hosts.Find("host2")!.Valid);
    }

    // Host 0 has ten valid results in a row.
    private GridTransaction Trusted()
    {
        var grid = GridRuns.Open(units: 30, hosts: 2, policy: Adaptive);
        foreach (var host in new[] { 0, 1 })
        {
            var sent = _hosts.Request(grid, GridRuns.Host(host), GridRuns.Ask(10));
            ReportCommand.Report(grid, GridRuns.Host(host), [.. sent.Select(s => GridRuns.Success(s.ResultId))]);
        }
        GridRuns.Validate(grid);
        Assert.Equal(10, grid.State.Hosts.Find("host0")!.Version(GridRuns.Application).ConsecutiveValid);
        return grid;
    }
}
