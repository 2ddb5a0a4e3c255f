using Pipeline.Grid.State;
using Pipeline.Grid.Units;
using Pipeline.Grid.Validation;

namespace Pipeline.Grid.Scheduling;

/// <summary>What a job's orchestration asks of the grid. Done twice, each does nothing the second time.</summary>
internal static class JobCommands
{
    // Anybody may register hosts, and the state of all is in memory. A forgotten host's client makes it known again when it starts.
    private static readonly TimeSpan KeptWithoutCredit = TimeSpan.FromDays(30);

    /// <summary>Opens a job. A run of the same job that was open before is closed; hosts that have earned nothing and not been heard of for
    /// long are forgotten.</summary>
    public static bool OpenJob(GridTransaction transaction, JobSetup job)
    {
        if (transaction.State.Jobs.Find(job.JobId)?.Setup.Run == job.Run)
            return false;
        transaction.Emit(new JobOpened(job));
        ForgetHosts(transaction);
        return true;
    }

    /// <summary>Registers a page of units.</summary>
    public static bool AddUnits(GridTransaction transaction, string jobId, string run, int page, IReadOnlyList<SharedFile> files, IReadOnlyList<UnitSetup> units)
    {
        if (Find(transaction, jobId, run) is not { } job || job.NextPage != page)
            return false;
        // Pages name the shared files known so far and those that they are the first to read.
        transaction.Emit(new UnitsAdded(jobId, page, [.. files.Skip(job.Files.Count)], units));
        return true;
    }

    /// <summary>Ends the results whose deadline has passed, and has others made in their place.</summary>
    public static int TimeOut(GridTransaction transaction, string jobId, string run)
    {
        if (Find(transaction, jobId, run) is null || transaction.State.Index.Job(jobId) is not { } index)
            return 0;
        var due = index.Deadlines.TakeWhile(d => d.At <= transaction.Now).Select(d => d.Unit).Distinct().ToList();
        foreach (var unit in due)
            transaction.Settle(new UnitKey(jobId, unit));
        return due.Count;
    }

    /// <summary>Records what the validator found. A unit that has changed since is left for the next look.</summary>
    public static int Judge(GridTransaction transaction, string jobId, string run, IReadOnlyList<Judgement> judgements)
    {
        if (Find(transaction, jobId, run) is null)
            return 0;
        var judged = 0;
        foreach (var judgement in judgements)
        {
            if (transaction.State.Units.Find(new UnitKey(jobId, judgement.Unit)) is not { } unit || !StillHolds(judgement, unit))
                continue;
            judged++;
            transaction.Emit(new UnitJudged(jobId, judgement.Unit, judgement.Verdicts, judgement.Canonical, GrantOf(unit, judgement)));
            transaction.Settle(unit.Key);
        }
        return judged;
    }

    /// <summary>Records that units are in the job's result, or that nothing of them will be.</summary>
    public static int Assimilated(GridTransaction transaction, string jobId, string run, IReadOnlyList<int> units)
    {
        if (Find(transaction, jobId, run) is null)
            return 0;
        var ready = units.Where(u => transaction.State.Units.Find(new UnitKey(jobId, u)) is { AwaitsAssimilation: true }).ToList();
        if (ready.Count == 0)
            return 0;
        transaction.Emit(new UnitsAssimilated(jobId, ready));
        foreach (var unit in ready)
            transaction.Settle(new UnitKey(jobId, unit));
        return ready.Count;
    }

    /// <summary>Closes a job: what hosts still do for it, they are told to give up at their next contact.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="run">The run; null for any.</param>
    public static bool CloseJob(GridTransaction transaction, string jobId, string? run)
    {
        if (transaction.State.Jobs.Find(jobId) is not { } job || (run is not null && job.Setup.Run != run))
            return false;
        transaction.Emit(new JobClosed(jobId));
        return true;
    }

    public static JobRow? Find(GridTransaction transaction, string jobId, string run) =>
        transaction.State.Jobs.Find(jobId) is { } job && job.Setup.Run == run ? job : null;

    private static void ForgetHosts(GridTransaction transaction)
    {
        var (state, now) = (transaction.State, transaction.Now);
        var idle = state.Hosts.Rows.Where(h => h is { Credit: 0, Banned: false } && now - h.LastContactAt > KeptWithoutCredit).Select(h => h.Key.HostId).ToHashSet(StringComparer.Ordinal);
        // What it has returned may still be judged.
        idle.ExceptWith(state.Units.Rows.SelectMany(u => u.Results).Select(r => r.HostId).OfType<string>());
        if (idle.Count > 0)
            transaction.Emit(new HostsForgotten([.. idle.Order(StringComparer.Ordinal)]));
    }

    private static bool StillHolds(Judgement judgement, WorkUnit unit) =>
        unit.Error == UnitError.None
        && unit.Canonical == judgement.KnownCanonical
        && unit.Replicated == judgement.Replicated
        && judgement.Verdicts.All(v => unit.Find(v.Ordinal) is { IsCandidate: true });

    private static long GrantOf(WorkUnit unit, Judgement judgement)
    {
        if (unit.Canonical is not null || judgement.Canonical is null)
            return unit.Grant;
        return Credit.Grant(unit.Setup.Flops, [.. judgement.Verdicts.Where(v => v.State == ValidateState.Valid).Select(v => unit.Results[v.Ordinal].Claim)]);
    }
}
