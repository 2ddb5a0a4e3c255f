using Pipeline.Grid.Scheduling;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid;

/// <summary>What one shard tells of a job.</summary>
internal sealed record ShardView(Tally Tally, IReadOnlyList<int> Validate, IReadOnlyList<int> Ready, DateTimeOffset? NextDeadline)
{
    /// <returns>Null where the job is not open.</returns>
    public static ShardView? Of(GridTransaction transaction, GridRun run)
    {
        if (JobCommands.Find(transaction, run.JobId, run.Run) is not { } job)
            return null;
        if (transaction.State.Index.Job(run.JobId) is not { } index)
            return new ShardView(job.Retired, [], [], null);
        var validate = index.WithFreshResults.Where(u => transaction.State.Units.Find(new UnitKey(run.JobId, u))!.AwaitsValidation(job.Setup.Policy.MinQuorum)).ToList();
        return new ShardView(transaction.State.TallyOf(job), validate, [.. index.AwaitingAssimilation], index.Deadlines.Count == 0 ? null : index.Deadlines.Min.At);
    }

    /// <summary>The units of a task that still await the validator, each with the ordinals of results of suspect hosts.</summary>
    public static IReadOnlyList<(JobRow Job, WorkUnit Unit, IReadOnlySet<int> Suspects)> ToValidate(GridTransaction transaction, GridUnits task)
    {
        if (JobCommands.Find(transaction, task.Job.JobId, task.Job.Run) is not { } job)
            return [];
        var policy = job.Setup.Policy;
        return
        [
            .. task.Units.Select(u => transaction.State.Units.Find(new UnitKey(task.Job.JobId, u))).OfType<WorkUnit>().Where(u => u.AwaitsValidation(policy.MinQuorum))
                .Select(u => (job, u, (IReadOnlySet<int>)u.Results.Where(r => r.IsCandidate && Reliability.IsSuspect(policy, transaction.State.Hosts.Find(r.HostId!)!.Version(job.Setup.Application))).Select(r => r.Ordinal).ToHashSet())),
        ];
    }

    public static (JobRow? Job, IReadOnlyList<WorkUnit> Units) ToAssimilate(GridTransaction transaction, GridUnits task) =>
        (JobCommands.Find(transaction, task.Job.JobId, task.Job.Run), [.. task.Units.Select(u => transaction.State.Units.Find(new UnitKey(task.Job.JobId, u))).OfType<WorkUnit>().Where(u => u.IsOver)]);
}
