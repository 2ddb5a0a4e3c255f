using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Grid.Log;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Grid.Validation;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid;

/// <summary>What tests of the grid's state are made of.</summary>
internal static class GridRuns
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly ApplicationVersion Application = new("square", 1);

    public static readonly UnitPolicy Policy = new(2, 2, 3, 10, 6, TimeSpan.FromHours(1), 1_000, null);

    public static readonly HostFacts Facts = new(4, 1L << 32, 1L << 36, 1e9, "test", "1.0");

    public static readonly string Sha = new('a', 64);

    public static HostKey Host(int number) => new($"volunteer{number}", $"host{number}");

    public static JobSetup Job(string id = "job", UnitPolicy? policy = null, string project = "default", int priority = 0, string run = "r1", long seed = 1) =>
        new(id, run, project, Application, policy ?? Policy, priority, seed);

    public static UnitSetup Unit(int number, params int[] files) => new(number, $"u{number}", Sha, files, 1e9, 1 << 20, 1 << 20);

    public static WorkRequest Ask(int tasks = 1, params string[] held) => new(1e9, tasks, 1L << 32, 1L << 36, [Application], [], held, 0);

    public static ResultReport Success(string resultId, double claim = 0) => new(resultId, true, null, 1, 1, claim, Sha, 10);

    public static ResultReport Failure(string resultId) => new(resultId, false, "no luck", 1, 1, 0, null, 0);

    /// <summary>A state with a job of some units, and hosts 0 to <paramref name="hosts"/> - 1, each of another volunteer.</summary>
    public static GridTransaction Open(int units, int hosts, UnitPolicy? policy = null, DateTimeOffset? now = null)
    {
        var transaction = new GridTransaction(new GridState(), now ?? Start);
        JobCommands.OpenJob(transaction, Job(policy: policy));
        JobCommands.AddUnits(transaction, "job", "r1", 0, [], [.. Enumerable.Range(0, units).Select(n => Unit(n))]);
        for (var host = 0; host < hosts; host++)
            HostCommands.Register(transaction, Host(host), Facts);
        return transaction;
    }

    public static HostCommands Hosts(int dailyResults = 1_000, int inProgress = 32) => new(new Dispatcher(new Pipeline.Grid.GridSettings(DailyResults: dailyResults, ResultsInProgress: inProgress)));

    /// <summary>Judges units as the validator would, of whose results only the named hosts' are wrong.</summary>
    public static void Validate(GridTransaction transaction, string jobId = "job", Func<UnitResult, string>? answer = null)
    {
        var job = transaction.State.Jobs.Find(jobId)!;
        foreach (var number in transaction.State.Index.UnitsOf(jobId))
        {
            if (transaction.State.Units.Find(new UnitKey(jobId, number)) is not { } unit || !unit.AwaitsValidation(job.Setup.Policy.MinQuorum))
                continue;
            JobCommands.Judge(transaction, jobId, job.Setup.Run, [Judge(transaction, job, unit, answer ?? (_ => "right"))]);
        }
    }

    public static string Written(GridState state) => System.Text.Encoding.UTF8.GetString(LogJson.Write(Snapshot.Of(state)));

    public static LogWriter Writer(IObjectStore store, TimeProvider time) => new(new CommitLog(store, "00"), time, NullLogger.Instance);

    private static Judgement Judge(GridTransaction transaction, JobRow job, WorkUnit unit, Func<UnitResult, string> answer)
    {
        var candidates = unit.Results.Where(r => r.IsCandidate).ToList();
        if (unit.Canonical is { } canonical)
        {
            var right = answer(unit.Results[canonical]);
            return new Judgement(unit.Setup.Number, [.. candidates.Select(c => new Verdict(c.Ordinal, answer(c) == right ? ValidateState.Valid : ValidateState.Invalid))], canonical, canonical, unit.Replicated);
        }
        var (verdicts, found) = Quorum.Judge(
            [.. candidates.Select(c => new Candidate(c.Ordinal, Reliability.IsSuspect(job.Setup.Policy, transaction.State.Hosts.Find(c.HostId!)!.Version(job.Setup.Application))))],
            (a, b) => answer(candidates[a]) == answer(candidates[b]), unit.QuorumOf(job.Setup.Policy.MinQuorum));
        return new Judgement(unit.Setup.Number, verdicts, found, null, unit.Replicated);
    }
}
