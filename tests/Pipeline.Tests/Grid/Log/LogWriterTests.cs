using Microsoft.Extensions.Time.Testing;
using Pipeline.Grid.Log;
using Pipeline.Grid.Scheduling;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Log;

/// <summary>The log keeps what was committed, whoever writes and wherever writers die.</summary>
public sealed class LogWriterTests
{
    private readonly FakeTimeProvider _time = new(GridRuns.Start);
    private readonly MemoryStore _memory;
    private readonly FaultyStore _store;

    public LogWriterTests()
    {
        _memory = new MemoryStore(_time);
        _store = new FaultyStore(_memory);
    }

    [Fact]
    public async Task Commit_ReadByAnother_IsTheSameState()
    {
        var (one, other) = (Writer(), Writer());
        await OpenAsync(one, units: 3);
        await one.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask(2)), default);

        await other.CatchUpAsync(default);

        Assert.Equal(GridRuns.Written(one.State), GridRuns.Written(other.State));
        Assert.Equal(3, other.State.Units.Count);
    }

    [Fact]
    public async Task Commit_TwoWritersRace_TheLoserDecidesAgainOnTheWinnersState()
    {
        var (one, other) = (Writer(), Writer());
        await OpenAsync(one, units: 1, hosts: 2);
        await other.CatchUpAsync(default);
        // Both hand out the unit's only free result: whoever commits second must find it gone.
        IReadOnlyList<Assignment> first = [], second = [];
        await one.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask()), default);
        await other.CatchUpAsync(default);
        var decisions = 0;

        await one.CommitAsync(t => first = GridRuns.Hosts().Request(t, GridRuns.Host(1), GridRuns.Ask()), default);
        await other.CommitAsync(t => { decisions++; second = GridRuns.Hosts().Request(t, GridRuns.Host(1), GridRuns.Ask(1, "x")); }, default);

        Assert.Equal(2, decisions);
        Assert.Equal(Assert.Single(first).ResultId, Assert.Single(second).ResultId); // the host's own result again, not another one
        Assert.Equal(GridRuns.Written(one.State), GridRuns.Written(other.State));
    }

    [Fact]
    public async Task Commit_ManyWritersAtOnce_LoseNothing()
    {
        var setup = Writer();
        await OpenAsync(setup, units: 0);
        var writers = Enumerable.Range(0, 4).Select(_ => Writer()).ToList();

        await Task.WhenAll(writers.Select((writer, w) => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await writer.CommitAsync(t => HostCommands.Register(t, GridRuns.Host(((w + 1) * 1_000) + i), GridRuns.Facts), default);
        })));

        await setup.CatchUpAsync(default);
        Assert.Equal(201, setup.State.Hosts.Count);
        Assert.Equal(201, setup.Number);
    }

    [Fact]
    public async Task Commit_AnswerLost_IsNotDoneTwice()
    {
        var writer = Writer();
        await OpenAsync(writer, units: 1);
        _store.After = _ => throw new IOException("The connection broke.");

        await writer.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask()), default);

        _store.After = _ => Task.CompletedTask;
        var other = Writer();
        await other.CatchUpAsync(default);
        Assert.Equal(GridRuns.Written(writer.State), GridRuns.Written(other.State));
        Assert.Single(other.State.Index.InProgress("host0"));
    }

    [Fact]
    public async Task Commit_ThatFails_LeavesNothingBehind()
    {
        var writer = Writer();
        await OpenAsync(writer, units: 1);
        var before = GridRuns.Written(writer.State);
        _store.Before = call => call.IsChange ? throw new IOException("The disk is gone.") : Task.CompletedTask;

        await Assert.ThrowsAsync<IOException>(() => writer.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask()), default));

        Assert.Equal(before, GridRuns.Written(writer.State));
        Assert.Empty(writer.State.Index.InProgress("host0"));
        _store.Before = _ => Task.CompletedTask;
        await writer.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask()), default);
        Assert.Single(writer.State.Index.InProgress("host0"));
    }

    [Fact]
    public async Task Commit_FailedButWrittenAfterAll_IsReadAsAnyOther()
    {
        var writer = Writer();
        await OpenAsync(writer, units: 1);
        var unlucky = Writer();
        await unlucky.CatchUpAsync(default);
        // The write takes place, and whether it has cannot be read.
        _store.After = _ => throw new IOException("The connection broke.");
        _store.Before = call => call.IsChange ? Task.CompletedTask : throw new IOException("The connection broke.");

        await Assert.ThrowsAnyAsync<IOException>(() => unlucky.CommitAsync(t => GridRuns.Hosts().Request(t, GridRuns.Host(0), GridRuns.Ask()), default));

        (_store.Before, _store.After) = (_ => Task.CompletedTask, _ => Task.CompletedTask);
        await unlucky.CommitAsync(t => Assert.Single(t.State.Index.InProgress("host0")), default);
    }

    [Fact]
    public async Task Snapshot_TenMinutesOld_ReplacesTheCommitsBeforeIt()
    {
        var writer = Writer();
        await FillAsync(writer, 1_100);
        Assert.Equal(1_100, Commits());
        _time.Advance(TimeSpan.FromMinutes(11));
        await FillAsync(writer, 600, from: 2_000);

        Assert.Equal(2, _memory.Paths("grid").Count(p => p.StartsWith("00/snapshots/", StringComparison.Ordinal)));
        Assert.True(Commits() < 700);
        var other = Writer();
        await other.CatchUpAsync(default);
        Assert.Equal(GridRuns.Written(writer.State), GridRuns.Written(other.State));
    }

    [Fact]
    public async Task Snapshot_WritersThatLiveForOneEach_ReplaceTheCommitsAllTheSame()
    {
        for (var life = 1; life <= 4; life++)
        {
            await FillAsync(Writer(), 600, from: life * 1_000);
            _time.Advance(TimeSpan.FromMinutes(11));
        }

        Assert.Equal(2, _memory.Paths("grid").Count(p => p.StartsWith("00/snapshots/", StringComparison.Ordinal)));
        Assert.True(Commits() < 1_300, $"{Commits()} commits are kept.");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    [InlineData(1_000)]
    public async Task Snapshot_Damaged_IsPassedOverForTheOneBefore(int kept)
    {
        var writer = Writer();
        await FillAsync(writer, 1_100);
        var newest = _memory.Paths("grid").Last(p => p.StartsWith("00/snapshots/", StringComparison.Ordinal));
        _memory.Tamper("grid", newest, bytes => bytes[..kept]);

        var other = Writer();
        await other.CatchUpAsync(default);

        Assert.Equal(GridRuns.Written(writer.State), GridRuns.Written(other.State));
    }

    [Fact]
    public async Task Snapshot_WriterDiesBetweenAnyTwoSteps_LogIsWhole()
    {
        var full = Writer();
        await FillAsync(full, 1_030);
        _time.Advance(TimeSpan.FromMinutes(11));
        // The second snapshot's own steps: its write, and each deletion that follows.
        for (var step = 1; step <= 40; step++)
        {
            var store = new FaultyStore(_memory.Copy());
            var dying = GridRuns.Writer(store, _time);
            await dying.CatchUpAsync(default);
            store.KillAt(step);
            await Record.ExceptionAsync(() => new CommitLog(store, "00").WriteSnapshotAsync(dying.Number, Snapshot.Of(dying.State), default));
            store.KillAt(0);

            var next = GridRuns.Writer(store, _time);
            await next.CatchUpAsync(default);

            Assert.Equal(GridRuns.Written(full.State), GridRuns.Written(next.State));
        }
    }

    [Fact]
    public async Task Writer_AsleepWhileItsCommitsWereSweptAway_StartsFromTheSnapshot()
    {
        var (sleeper, other) = (Writer(), Writer());
        await OpenAsync(sleeper, units: 1);
        await other.CatchUpAsync(default);
        await SweepAsync(other);
        Assert.DoesNotContain(_memory.Paths("grid"), path => path.EndsWith("/log/000000000002", StringComparison.Ordinal));

        // Its next number is free again: the commit of that number was deleted.
        await sleeper.CommitAsync(t => HostCommands.Register(t, GridRuns.Host(90_000), GridRuns.Facts), default);

        await other.CatchUpAsync(default);
        Assert.Equal(GridRuns.Written(other.State), GridRuns.Written(sleeper.State));
        Assert.NotNull(other.State.Hosts.Find("host90000"));
    }

    [Fact]
    public async Task Writer_AsleepWithinACommit_TakesItBackAndDecidesAgain()
    {
        var (sleeper, other) = (Writer(), Writer());
        await OpenAsync(sleeper, units: 1);
        await other.CatchUpAsync(default);
        var asleep = false;
        _store.Before = async call =>
        {
            if (asleep || !call.IsChange)
                return;
            asleep = true;
            await SweepAsync(other);
        };

        await sleeper.CommitAsync(t => HostCommands.Register(t, GridRuns.Host(90_000), GridRuns.Facts), default);

        await other.CatchUpAsync(default);
        Assert.Equal(GridRuns.Written(other.State), GridRuns.Written(sleeper.State));
        Assert.NotNull(other.State.Hosts.Find("host90000"));
    }

    [Fact]
    public async Task Writer_BehindForAMinuteByThousandsOfCommits_StillFindsThem()
    {
        var (slow, other) = (Writer(), Writer());
        await OpenAsync(slow, units: 1);
        await other.CatchUpAsync(default);
        await FillAsync(other, 2_100);
        _time.Advance(TimeSpan.FromMinutes(1));

        await slow.CommitAsync(t => HostCommands.Register(t, GridRuns.Host(90_000), GridRuns.Facts), default);

        await other.CatchUpAsync(default);
        Assert.Equal(GridRuns.Written(other.State), GridRuns.Written(slow.State));
        Assert.Equal(2_102, other.Number);
    }

    [Fact]
    public async Task Clock_SetBack_DoesNotTakeDeadlinesBack()
    {
        var clock = new SetBackClock();
        var writer = GridRuns.Writer(_store, clock);
        await OpenAsync(writer, units: 2);
        var times = new List<DateTimeOffset>();
        await writer.CommitAsync(t => times.Add(t.Now), default);
        clock.Now -= TimeSpan.FromHours(3);
        await writer.CommitAsync(t => times.Add(t.Now), default);

        Assert.Equal(times[0], times[1]);
    }

    private LogWriter Writer() => GridRuns.Writer(_store, _time);

    private static Task OpenAsync(LogWriter writer, int units, int hosts = 1) => writer.CommitAsync(
        t =>
        {
            JobCommands.OpenJob(t, GridRuns.Job());
            JobCommands.AddUnits(t, "job", "r1", 0, [], [.. Enumerable.Range(0, units).Select(n => GridRuns.Unit(n))]);
            for (var host = 0; host < hosts; host++)
                HostCommands.Register(t, GridRuns.Host(host), GridRuns.Facts);
        },
        default);

    private int Commits() => _memory.Paths("grid").Count(p => p.StartsWith("00/log/", StringComparison.Ordinal));

    // Long enough for the first commits to go.
    private async Task SweepAsync(LogWriter writer)
    {
        await FillAsync(writer, 1_100);
        _time.Advance(TimeSpan.FromMinutes(11));
        await FillAsync(writer, 600, from: 5_000);
    }

    private static async Task FillAsync(LogWriter writer, int commits, int from = 1_000)
    {
        for (var i = 0; i < commits; i++)
        {
            await writer.CommitAsync(t => HostCommands.Register(t, GridRuns.Host(from + i), GridRuns.Facts), default);
            await writer.Snapshotting;
        }
    }

    private sealed class SetBackClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = GridRuns.Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
