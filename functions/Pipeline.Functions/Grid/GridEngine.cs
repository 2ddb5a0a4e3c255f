using System.Security.Cryptography;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Assimilation;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Spec;
using Pipeline.Grid.Splitting;
using Pipeline.Grid.State;
using Pipeline.Grid.Validation;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>Does the work of the tasks of a grid job. Each gives the same when it runs twice.</summary>
public sealed class GridEngine
{
    // What one step of the orchestration takes on: lists of numbers that fit into a message of Durable Functions.
    private const int UnitsToValidate = 2_560;

    private readonly Lazy<JobService> _jobs;
    private readonly IReadOnlyList<IGridApplication> _applications;
    private readonly GridShards _shards;
    private readonly GridSettings _settings;
    private readonly GridWakeups _wakeups;
    private readonly Splitter _splitter;
    private readonly UnitPages _pages;
    private readonly UnitValidator _validator;
    private readonly Assimilator _assimilator;
    private readonly GridSweeper _sweeper;

    // Lazy: the service of all jobs knows the kinds of jobs, and this is behind one of them.
    internal GridEngine(
        Lazy<JobService> jobs, IEnumerable<IGridApplication> applications, GridShards shards, GridSettings settings, GridWakeups wakeups,
        Splitter splitter, UnitPages pages, UnitValidator validator, Assimilator assimilator, GridSweeper sweeper)
    {
        (_jobs, _applications, _shards, _settings, _wakeups) = (jobs, [.. applications], shards, settings, wakeups);
        (_splitter, _pages, _validator, _assimilator, _sweeper) = (splitter, pages, validator, assimilator, sweeper);
    }

    /// <summary>Opens the job and splits its input into work units.</summary>
    public async Task<GridShape> SplitAsync(GridRun run, CancellationToken cancellationToken)
    {
        var spec = await ReadSpecAsync(run.JobId, cancellationToken);
        var setup = new JobSetup(run.JobId, run.Run, spec.Project, new ApplicationVersion(spec.Application.Name, spec.Application.Version), spec.Policy, spec.Priority, spec.Seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))));
        await _shards.ExecuteAsync((t, _, _) => JobCommands.OpenJob(t, setup), cancellationToken);
        return await _splitter.SplitAsync(run, spec, cancellationToken);
    }

    /// <summary>Ends results whose deadline has passed, registers the next units, and tells what is to be done.</summary>
    public async Task<GridStep> AdvanceAsync(GridRun run, GridShape shape, CancellationToken cancellationToken)
    {
        _wakeups.Looked(run.JobId);
        await _shards.ExecuteAsync((t, _, _) => JobCommands.TimeOut(t, run.JobId, run.Run), cancellationToken);
        await RegisterAsync(run, shape, cancellationToken);
        var views = await _shards.ExecuteAsync((t, _, _) => ShardView.Of(t, run), cancellationToken);
        if (views.Any(v => v is null))
            return new GridStep(Tally.None, [], [], false, null, new JobError("The job is no longer open: it was closed, or another run of it has begun."));
        var tally = views.Aggregate(Tally.None, (sum, v) => sum + v!.Tally);
        var ready = views.SelectMany(v => v!.Ready).Order().ToList();
        // Full parts, and what is left when all units have been decided. What waits for its part takes the place of units that could be sent:
        // never more than half of all.
        var isLast = tally.Assimilated + ready.Count == shape.Units;
        var assimilate = ready.Count >= Math.Min(_settings.UnitsPerFile, Math.Max(1, _settings.LiveUnits / 2)) || isLast ? ready.Take(_settings.UnitsPerFile).ToList() : [];
        return new GridStep(
            tally, [.. views.SelectMany(v => v!.Validate).Order().Take(UnitsToValidate)], assimilate, tally.Assimilated == shape.Units, views.Min(v => v!.NextDeadline));
    }

    /// <summary>Compares results and finds canonical ones.</summary>
    /// <returns>How many units were judged.</returns>
    public async Task<int> ValidateAsync(GridUnits task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var application = (await ReadSpecAsync(task.Job.JobId, cancellationToken)).Application;
        var judgements = new List<Judgement>();
        foreach (var (job, unit, suspects) in (await _shards.ExecuteAsync((t, _, _) => ShardView.ToValidate(t, task), cancellationToken)).SelectMany(u => u))
            judgements.Add(await _validator.JudgeAsync(application, job, unit, r => suspects.Contains(r.Ordinal), cancellationToken));
        var judged = await _shards.ExecuteAsync((t, shard, shards) => JobCommands.Judge(t, task.Job.JobId, task.Job.Run, [.. judgements.Where(j => j.Unit % shards == shard)]), cancellationToken);
        return judged.Sum();
    }

    /// <summary>Writes units' canonical results into a part of the job's result, and removes their files.</summary>
    public async Task<PartReport> AssimilateAsync(GridUnits task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var application = (await ReadSpecAsync(task.Job.JobId, cancellationToken)).Application;
        var found = await _shards.ExecuteAsync((t, _, _) => ShardView.ToAssimilate(t, task), cancellationToken);
        var units = found.SelectMany(f => f.Units).ToList();
        var report = await _assimilator.WriteAsync(task.Job, task.Part, application, found[0].Job, units, cancellationToken);
        await _shards.ExecuteAsync(
            (t, shard, shards) => JobCommands.Assimilated(t, task.Job.JobId, task.Job.Run, [.. task.Units.Where(u => u % shards == shard)]), cancellationToken);
        var kept = (await _shards.ExecuteAsync((t, _, _) => ShardView.ToAssimilate(t, task), cancellationToken)).SelectMany(f => f.Units).Select(u => u.Setup.Number).ToHashSet();
        await _sweeper.RemoveResultsAsync(task.Job, units.Where(u => !kept.Contains(u.Setup.Number)), cancellationToken);
        return report;
    }

    /// <summary>Closes the job: hosts are told to give up what they still have of it, and all that it kept goes.</summary>
    public async Task CloseAsync(GridRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        await _shards.ExecuteAsync((t, _, _) => JobCommands.CloseJob(t, run.JobId, run.Run), cancellationToken);
        await _sweeper.SweepAsync(run.JobId, cancellationToken);
    }

    internal GridSpec Read(JobSpec spec) => GridSpec.Read(spec, _applications);

    internal Task<(int Units, double Flops, long MemoryBytes)> CountAsync(GridSpec spec, CancellationToken cancellationToken) => _splitter.CountAsync(spec, cancellationToken);

    private async Task RegisterAsync(GridRun run, GridShape shape, CancellationToken cancellationToken)
    {
        while (true)
        {
            var states = await _shards.ExecuteAsync((t, _, _) => JobCommands.Find(t, run.JobId, run.Run) is { } job ? (job.NextPage, t.State.Index.Job(run.JobId)?.Units.Count ?? 0) : (shape.Pages, 0), cancellationToken);
            var page = states.Min(s => s.Item1);
            if (page >= shape.Pages || states.Sum(s => s.Item2) >= _settings.LiveUnits)
                return;
            var (files, units) = await _pages.ReadAsync(run, page, cancellationToken);
            await _shards.ExecuteAsync(
                (t, shard, shards) => JobCommands.AddUnits(t, run.JobId, run.Run, page, files, [.. units.Where(u => u.Number % shards == shard)]), cancellationToken);
        }
    }

    private async Task<GridSpec> ReadSpecAsync(string jobId, CancellationToken cancellationToken) => Read(await _jobs.Value.ReadSpecAsync(jobId, cancellationToken));
}
