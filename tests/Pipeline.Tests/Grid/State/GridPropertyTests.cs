using CsCheck;
using Pipeline.Grid.Log;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Tests.Sql;
using Xunit.Abstractions;

namespace Pipeline.Tests.Grid.State;

/// <summary>
/// Random populations: hosts that work, fail, lie, vanish and come back, in random order. However it goes, the log makes the same state
/// again, a transaction that is taken back leaves none of itself, every unit is assimilated once or still on its way, and no volunteer
/// has two results of a unit.
/// </summary>
public sealed class GridPropertyTests(ITestOutputHelper output)
{
    private const int Units = 12;
    private const int HostCount = 9;

    [Fact]
    public Task RandomCommands_ReplayedOrTakenBack_GiveTheSameStateAndLoseNoUnit() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Bool, Gen.Int[100, 400]).SampleAsync(60, output, run =>
        {
            Check(run.Item1, run.Item2, run.Item3);
            return Task.CompletedTask;
        });

    private static void Check(int seed, bool adaptive, int steps)
    {
        var random = new Random(seed);
        var policy = GridRuns.Policy with { MaxErrorResults = 4, MaxTotalResults = 20, MaxSuccessResults = 8, Adaptive = adaptive ? new AdaptiveSpec(2, 0.3) : null };
        var state = new GridState();
        var log = new List<GridEvent>();
        var now = GridRuns.Start;
        var assimilated = new List<int>();
        Do(t =>
        {
            JobCommands.OpenJob(t, GridRuns.Job(policy: policy, seed: seed));
            JobCommands.AddUnits(t, "job", "r1", 0, [], [.. Enumerable.Range(0, Units).Select(n => GridRuns.Unit(n))]);
            for (var host = 0; host < HostCount; host++)
                HostCommands.Register(t, new HostKey($"v{host / 2}", $"h{host}"), GridRuns.Facts);
        });
        var commands = new HostCommands(new Dispatcher(new Pipeline.Grid.GridSettings(ResultsInProgress: 2)));
        for (var step = 0; step < steps; step++)
        {
            now += TimeSpan.FromMinutes(random.Next(20));
            Do(t => Command(t, random, commands, assimilated));
            CheckUnits(state, assimilated);
        }

        var replayed = new GridState();
        foreach (var happened in log)
            replayed.Apply(happened);
        Assert.Equal(GridRuns.Written(state), GridRuns.Written(replayed));
        Assert.Equal(GridRuns.Written(state), GridRuns.Written(LogJson.ReadSnapshot(LogJson.Write(Snapshot.Of(state)))!.ToState()));

        void Do(Action<GridTransaction> command)
        {
            // Taken back first: as for a writer that has lost a race.
            if (random.Next(3) == 0)
            {
                var before = GridRuns.Written(state);
                var kept = assimilated.ToList();
                var (branch, counts) = (new Random(random.Next()), state.Index.LiveTally("job"));
                state.Begin();
                if (log.Count > 0)
                    Command(new GridTransaction(state, now), branch, GridRuns.Hosts(), []);
                state.Undo();
                assimilated.Clear();
                assimilated.AddRange(kept);
                Assert.Equal(before, GridRuns.Written(state));
                Assert.Equal(counts, state.Index.LiveTally("job"));
            }
            state.Begin();
            var transaction = new GridTransaction(state, now);
            command(transaction);
            state.Commit();
            // As the log keeps them: through JSON.
            log.AddRange(LogJson.ReadCommit(LogJson.Write(new Commit(Guid.Empty, transaction.Events)), "test").Events);
        }
    }

    private static void Command(GridTransaction t, Random random, HostCommands commands, List<int> assimilated)
    {
        var number = random.Next(HostCount);
        var host = new HostKey($"v{number / 2}", $"h{number}");
        var held = t.State.Index.InProgress(host.HostId).Select(p => new ResultId("job", "r1", p.Unit.Number, p.Ordinal).ToString()).Order(StringComparer.Ordinal).ToArray();
        switch (random.Next(8))
        {
            case 0 or 1:
                commands.Request(t, host, GridRuns.Ask(random.Next(1, 4), random.Next(4) == 0 ? [] : held));
                break;
            case 2 or 3 or 4 when held.Length > 0:
                var id = held[random.Next(held.Length)];
                ReportCommand.Report(t, host, [random.Next(5) == 0 ? GridRuns.Failure(id) : GridRuns.Success(id, random.NextDouble() * 1e6)]);
                break;
            case 5:
                // Hosts 0 and 3 agree on one wrong answer, host 1 has its own.
                GridRuns.Validate(t, answer: r => r.HostId is "h0" or "h3" ? "collusion" : r.HostId == "h1" ? $"{r.Ordinal}" : "right");
                break;
            case 6:
                JobCommands.TimeOut(t, "job", "r1");
                break;
            case 7:
                var ready = t.State.Index.Job("job")?.AwaitingAssimilation.ToList() ?? [];
                Assert.Equal(ready.Count, JobCommands.Assimilated(t, "job", "r1", ready));
                Assert.Equal(0, JobCommands.Assimilated(t, "job", "r1", ready)); // the task ran twice
                assimilated.AddRange(ready);
                break;
        }
    }

    private static void CheckUnits(GridState state, List<int> assimilated)
    {
        Assert.Equal(assimilated.Count, assimilated.Distinct().Count());
        var job = state.Jobs.Find("job")!;
        var tally = state.TallyOf(job);
        Assert.Equal((Units, assimilated.Count), ((int)tally.Units, (int)tally.Assimilated));
        foreach (var unit in state.Units.Rows)
        {
            Assert.Equal(unit.Assimilated, assimilated.Contains(unit.Setup.Number));
            var volunteers = unit.Results.Select(r => r.VolunteerId).OfType<string>().ToList();
            Assert.Equal(volunteers.Count, volunteers.Distinct().Count());
            Assert.True(unit.Results.Length <= job.Setup.Policy.MaxTotalResults);
            // It moves by itself no further, and is not stuck: somebody or something will take it on.
            Assert.True(unit.IsOver || unit.AwaitsValidation(job.Setup.Policy.MinQuorum) || unit.Count(ServerState.Unsent) + unit.Count(ServerState.InProgress) > 0, $"{unit}");
        }
        foreach (var missing in Enumerable.Range(0, Units).Where(n => state.Units.Find(new UnitKey("job", n)) is null))
            Assert.Contains(missing, assimilated);
    }
}
