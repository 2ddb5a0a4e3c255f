using Pipeline.Grid.Scheduling;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Tests.Grid.Scheduling;

/// <summary>What is made of reports and heartbeats.</summary>
public sealed class ReportTests
{
    private readonly HostCommands _hosts = GridRuns.Hosts();

    [Fact]
    public void Report_Twice_ChangesNothingTheSecondTime()
    {
        var grid = GridRuns.Open(units: 1, hosts: 1);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())[0];

        Assert.Equal(ReportAnswer.Accepted, Report(grid, 0, GridRuns.Success(sent.ResultId)).State);
        var events = grid.Events.Count;
        Assert.Equal(ReportAnswer.Known, Report(grid, 0, GridRuns.Success(sent.ResultId)).State);
        Assert.Equal(ReportAnswer.Known, Report(grid, 0, GridRuns.Failure(sent.ResultId)).State);
        Assert.Equal(events, grid.Events.Count);
    }

    [Fact]
    public void Report_OfAnothersResult_IsRefused()
    {
        var grid = GridRuns.Open(units: 1, hosts: 2);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())[0];

        Assert.Equal(ReportAnswer.Refused, Report(grid, 1, GridRuns.Success(sent.ResultId)).State);
        Assert.Equal(1, grid.State.Units.Find(new UnitKey("job", 0))!.Count(ServerState.InProgress));
    }

    [Theory]
    [InlineData("", ReportAnswer.Refused)]
    [InlineData("nonsense", ReportAnswer.Refused)]
    [InlineData("../../etc/passwd", ReportAnswer.Refused)]
    [InlineData("job-r1-0", ReportAnswer.Refused)]
    [InlineData("job-r1-00-0", ReportAnswer.Refused)]
    [InlineData("job-r1-0-99999999999999999999", ReportAnswer.Refused)]
    [InlineData("job-r1-0-9", ReportAnswer.TooLate)]
    [InlineData("job-r0-0-0", ReportAnswer.TooLate)]
    [InlineData("gone-r1-0-0", ReportAnswer.TooLate)]
    public void Report_OfNoResult_IsRefusedOrTooLate(string id, string expected) =>
        Assert.Equal(expected, Report(GridRuns.Open(units: 1, hosts: 1), 0, GridRuns.Success(id)).State);

    [Fact]
    public void Report_WithImpossibleFigures_IsRefusedAndTheResultStaysOpen()
    {
        var grid = GridRuns.Open(units: 1, hosts: 1);
        var good = GridRuns.Success(_hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())[0].ResultId);

        foreach (var bad in new[] { good with { CpuSeconds = double.NaN }, good with { ElapsedSeconds = -1 }, good with { ResultSha256 = null }, good with { ResultSha256 = new string('G', 64) }, good with { ResultBytes = -1 } })
            Assert.Equal(ReportAnswer.Refused, Report(grid, 0, bad).State);
        Assert.Equal(ReportAnswer.Accepted, Report(grid, 0, good).State);
    }

    [Fact]
    public void Report_LargerThanAllowed_CountsAsFailed()
    {
        var grid = GridRuns.Open(units: 1, hosts: 1);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())[0];

        Assert.Equal(ReportAnswer.Refused, Report(grid, 0, GridRuns.Success(sent.ResultId) with { ResultBytes = 1_001 }).State);
        Assert.Equal(1, grid.State.Hosts.Find("host0")!.Errors);
    }

    [Fact]
    public void Report_AfterTheDeadlineWhileTheUnitIsUndecided_Counts()
    {
        var grid = GridRuns.Open(units: 1, hosts: 2);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask())[0];
        var later = new GridTransaction(grid.State, GridRuns.Start.AddHours(2));
        Assert.Equal(1, JobCommands.TimeOut(later, "job", "r1"));
        Assert.Equal(1, grid.State.Hosts.Find("host0")!.NoReply);

        Assert.Equal(ReportAnswer.Accepted, Report(later, 0, GridRuns.Success(sent.ResultId)).State);
        Assert.True(grid.State.Units.Find(new UnitKey("job", 0))!.Results[0].IsSuccess);
    }

    [Fact]
    public void Report_WhenTheUnitIsAssimilated_IsTooLate()
    {
        var grid = GridRuns.Open(units: 1, hosts: 3, policy: GridRuns.Policy with { TargetResults = 3 });
        var sent = Enumerable.Range(0, 3).Select(h => _hosts.Request(grid, GridRuns.Host(h), GridRuns.Ask())[0]).ToList();
        Report(grid, 0, GridRuns.Success(sent[0].ResultId));
        Report(grid, 1, GridRuns.Success(sent[1].ResultId));
        GridRuns.Validate(grid);
        JobCommands.Assimilated(grid, "job", "r1", [0]);

        // The third is still awaited, for its credit: late, but right.
        Assert.Equal(ReportAnswer.Accepted, Report(grid, 2, GridRuns.Success(sent[2].ResultId)).State);
        GridRuns.Validate(grid);
        Assert.Equal(1, grid.State.Hosts.Find("host2")!.Valid);
        Assert.Null(grid.State.Units.Find(new UnitKey("job", 0)));
        Assert.Equal(ReportAnswer.TooLate, Report(grid, 2, GridRuns.Success(sent[2].ResultId)).State);
    }

    [Fact]
    public void Judged_WrongResult_CostsItsRowAndQuotaAndEarnsNothing()
    {
        var grid = GridRuns.Open(units: 1, hosts: 3);
        foreach (var host in new[] { 0, 1 })
            Report(grid, host, GridRuns.Success(_hosts.Request(grid, GridRuns.Host(host), GridRuns.Ask())[0].ResultId, claim: 1e9));
        GridRuns.Validate(grid, answer: r => r.HostId == "host1" ? "wrong" : "right");
        Report(grid, 2, GridRuns.Success(_hosts.Request(grid, GridRuns.Host(2), GridRuns.Ask())[0].ResultId));
        GridRuns.Validate(grid, answer: r => r.HostId == "host1" ? "wrong" : "right");

        var (right, wrong) = (grid.State.Hosts.Find("host0")!, grid.State.Hosts.Find("host1")!);
        Assert.Equal((1, 0), (right.Valid, right.Invalid));
        Assert.Equal((0, 1, 0), (wrong.Valid, wrong.Invalid, wrong.Credit));
        Assert.Equal(Credit.Grant(1e9, [0]), right.Credit);
        Assert.True(wrong.Version(GridRuns.Application).QuotaShare < 1);
    }

    [Fact]
    public void Heartbeat_UnitDecidedByOthers_AbortsWhatHasNotBegunOnly()
    {
        var grid = GridRuns.Open(units: 2, hosts: 3, policy: GridRuns.Policy with { TargetResults = 3 });
        var sent = Enumerable.Range(0, 3).Select(h => _hosts.Request(grid, GridRuns.Host(h), GridRuns.Ask(2))).ToList();
        foreach (var host in new[] { 0, 1 })
            ReportCommand.Report(grid, GridRuns.Host(host), [.. sent[host].Select(s => GridRuns.Success(s.ResultId))]);
        GridRuns.Validate(grid);

        var answer = HostCommands.Heartbeat(grid, GridRuns.Host(2), [new TaskProgress(sent[2][0].ResultId, 0.5, 1), new TaskProgress(sent[2][1].ResultId, 0, 0)]);

        Assert.Equal([sent[2][1].ResultId], answer.Abort);
        Assert.Empty(answer.Resend);
    }

    [Fact]
    public void Heartbeat_JobClosed_AbortsEverything()
    {
        var grid = GridRuns.Open(units: 2, hosts: 1);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2));
        Assert.True(JobCommands.CloseJob(grid, "job", null));

        var answer = HostCommands.Heartbeat(grid, GridRuns.Host(0), [.. sent.Select(s => new TaskProgress(s.ResultId, 0.9, 1))]);

        Assert.Equal(sent.Select(s => s.ResultId), answer.Abort);
    }

    [Fact]
    public void Heartbeat_WithoutAResultThatItHas_IsSentItAgain()
    {
        var grid = GridRuns.Open(units: 2, hosts: 1);
        var sent = _hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(2));

        var answer = HostCommands.Heartbeat(grid, GridRuns.Host(0), [new TaskProgress(sent[0].ResultId, 0, 0)]);

        Assert.Equal([sent[1].ResultId], answer.Resend.Select(a => a.ResultId));
    }

    [Fact]
    public void Heartbeat_WithoutAnyOfVeryMany_IsSentSomeAtATime()
    {
        var grid = GridRuns.Open(units: 300, hosts: 1);
        var hosts = GridRuns.Hosts(inProgress: 100);
        Assert.Equal(300, hosts.Request(grid, GridRuns.Host(0), GridRuns.Ask(300)).Count);

        var some = HostCommands.Heartbeat(grid, GridRuns.Host(0), []).Resend;
        var rest = HostCommands.Heartbeat(grid, GridRuns.Host(0), [.. some.Select(s => new TaskProgress(s.ResultId, 0, 0))]).Resend;

        Assert.InRange(some.Count, 200, 299);
        Assert.Equal(300, some.Concat(rest).Select(s => s.ResultId).Distinct().Count());
    }

    private static ReportAnswer Report(GridTransaction grid, int host, ResultReport report) => ReportCommand.Report(grid, GridRuns.Host(host), [report])[0];
}
