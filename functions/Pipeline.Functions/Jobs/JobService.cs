using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Submits, plans, shows and cancels jobs of every kind. There is no database beside the task hub: a job's state is its
/// orchestration's.</summary>
public sealed class JobService(IEnumerable<IJobKind> kinds, IObjectStore store, IDataPolicy policy, TimeProvider time)
{
    // Before the first release there were no jobs; the search for older ones ends here.
    private static readonly DateTimeOffset Beginning = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, IJobKind> _kinds = kinds.ToDictionary(k => k.Kind, StringComparer.Ordinal);

    /// <summary>Checks a spec and starts its job.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="json">The spec, JSON in UTF-8.</param>
    /// <param name="id">The job's id; null takes the spec's own, or makes one.</param>
    /// <param name="cancellationToken">Gives up before the job is started.</param>
    /// <exception cref="SpecException">The spec is not valid.</exception>
    /// <exception cref="DataPolicyException">A rule forbids what it does with data.</exception>
    /// <exception cref="JobConflictException">There is a job with that id.</exception>
    public async Task<(string Id, string Kind)> SubmitAsync(DurableTaskClient client, ReadOnlyMemory<byte> json, string? id, CancellationToken cancellationToken)
    {
        if (id is not null && JobId.Fault(id) is { } fault)
            throw new SpecException("", fault, ProblemTypes.InvalidRequest);
        var spec = JobSpec.Parse(json, _kinds.Keys);
        id ??= spec.Id ?? JobId.New(time.GetUtcNow());
        await RefuseExistingAsync(client, id, cancellationToken);
        await EnsureAllowedAsync(spec, DataFlow.OfJob(id), cancellationToken);
        await _kinds[spec.Kind].ValidateAsync(spec, cancellationToken);

        // The spec is the claim on the id. A claim without an orchestration is what a host leaves that died right here: the sender
        // was not answered and sends again, which must succeed, but only with the same spec.
        try
        {
            await store.WriteAsync(JobFiles.Container, JobFiles.Spec(id), new MemoryStream(json.ToArray()), WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            var claimed = await ReadSpecBytesAsync(id, cancellationToken);
            if (!json.Span.SequenceEqual(claimed.Span))
                throw Exists(id);
        }
        await RefuseExistingAsync(client, id, cancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync(
            _kinds[spec.Kind].Orchestrator, new JobInput(id, spec.Name), new StartOrchestrationOptions(id), cancellationToken);
        return (id, spec.Kind);
    }

    /// <summary>Tells how a job would run.</summary>
    /// <exception cref="SpecException">The spec is not valid.</exception>
    /// <exception cref="DataPolicyException">A rule forbids what it does with data.</exception>
    public async Task<JobPlan> PlanAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var spec = JobSpec.Parse(json, _kinds.Keys);
        await EnsureAllowedAsync(spec, "plan", cancellationToken);
        return await _kinds[spec.Kind].PlanAsync(spec, cancellationToken);
    }

    /// <summary>Which datasets a spec reads and which it writes, without checking the rest.</summary>
    /// <exception cref="SpecException">It is not well-formed.</exception>
    public (IReadOnlyList<string> Inputs, string? Output) Datasets(ReadOnlyMemory<byte> json)
    {
        var spec = JobSpec.Parse(json, _kinds.Keys);
        var kind = _kinds[spec.Kind];
        return (kind.InputDatasets(spec), kind.OutputDataset(spec));
    }

    /// <summary>Starts a job anew: another one with the same spec.</summary>
    /// <exception cref="NotFoundException">There is no job <paramref name="id"/>.</exception>
    /// <exception cref="SpecException">The spec is no longer valid, for instance because a dataset is gone.</exception>
    public async Task<(string Id, string Kind)> RestartAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        await GetAsync(client, id, cancellationToken);
        return await SubmitAsync(client, await GetSpecAsync(id, cancellationToken), JobId.New(time.GetUtcNow()), cancellationToken);
    }

    /// <summary>The spec of a job as it was sent, JSON in UTF-8.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<byte[]> GetSpecAsync(string id, CancellationToken cancellationToken) =>
        await FindSpecAsync(id, cancellationToken) ?? throw Unknown(id);

    /// <summary>What a job that was accepted reads and writes; null where there is none with that id.</summary>
    public async Task<DataUse?> FindUseAsync(string id, CancellationToken cancellationToken)
    {
        if (await FindSpecAsync(id, cancellationToken) is not { } json)
            return null;
        var spec = JobSpec.Parse(json, _kinds.Keys);
        return _kinds[spec.Kind].Use(spec, DataFlow.OfJob(id));
    }

    /// <summary>The spec of a job that was accepted.</summary>
    public async Task<JobSpec> ReadSpecAsync(string id, CancellationToken cancellationToken) =>
        JobSpec.Parse(await ReadSpecBytesAsync(id, cancellationToken), _kinds.Keys);

    /// <summary>One job.</summary>
    /// <exception cref="NotFoundException">There is none with that id.</exception>
    public async Task<JobView> GetAsync(DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        await FindAsync(client, id, cancellationToken) ?? throw Unknown(id);

    /// <summary>One job of a kind.</summary>
    /// <exception cref="NotFoundException">There is none with that id, or it is of another kind.</exception>
    public async Task<JobView> GetAsync(DurableTaskClient client, string id, string kind, CancellationToken cancellationToken) =>
        await FindAsync(client, id, cancellationToken) is { } job && job.Kind == kind ? job : throw new NotFoundException($"{kind} job", id, $"/api/jobs?kind={kind}");

    /// <summary>Jobs, newest first.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="kind">Only jobs of this kind; null for all.</param>
    /// <param name="status">Only jobs that stand like this; null for all.</param>
    /// <param name="top">How many at most.</param>
    /// <param name="continuationToken">From the page before; null for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SpecException">The continuation token is not one of ours.</exception>
    public async Task<JobPage> ListAsync(DurableTaskClient client, string? kind, JobStatus? status, int top, string? continuationToken, CancellationToken cancellationToken)
    {
        var after = continuationToken is null ? null : JobCursor.Parse(continuationToken);
        var jobs = new List<JobView>();
        // Clocks differ a little. Behind a job may come others of the very same time.
        var until = time.GetUtcNow().AddMinutes(5);
        if (after?.CreatedAt < until)
            until = after.CreatedAt.AddMilliseconds(1);
        await foreach (var job in NewestFirstAsync(client, until, cancellationToken))
        {
            if (after is not null && !after.Precedes(job) || (kind is not null && job.Kind != kind) || (status is not null && job.Status != status))
                continue;
            if (jobs.Count == top)
                return new JobPage(jobs, JobCursor.Of(jobs[^1]).ToString());
            jobs.Add(job with { Tasks = null });
        }
        return new JobPage(jobs, null);
    }

    /// <summary>Cancels a job: no new task starts, running ones stop, temporary data and partial results go.</summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    /// <exception cref="JobConflictException">The job has ended.</exception>
    public async Task CancelAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        var job = await GetAsync(client, id, cancellationToken);
        if (job.Status == JobStatus.Canceled)
            return;
        if (job.Status is JobStatus.Completed or JobStatus.Failed)
            throw new JobConflictException($"Job '{id}' has ended already: {job.Status}. Only jobs that have not ended can be cancelled.");
        await store.WriteAsync(JobFiles.Container, JobFiles.Cancelled(id), new MemoryStream(Encoding.UTF8.GetBytes(time.GetUtcNow().ToString("O"))), WriteCondition.None, cancellationToken);
        await client.TerminateInstanceAsync(id, new TerminateInstanceOptions("cancelled", Recursive: true), cancellationToken);
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(JobCleanup), id, new StartOrchestrationOptions($"cleanup-{id}"), cancellationToken);
    }

    // The hub lists by id; people want the newest. So we ask for windows of time that grow as they go back, and sort within each.
    private async IAsyncEnumerable<JobView> NewestFirstAsync(DurableTaskClient client, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var width = TimeSpan.FromHours(1);
        while (until > Beginning)
        {
            var from = until - width;
            var window = new List<JobView>();
            var query = new OrchestrationQuery(CreatedFrom: from, CreatedTo: until, PageSize: 1000, FetchInputsAndOutputs: true);
            await foreach (var metadata in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
            {
                // The window's end is excluded, so that no job shows in two windows.
                if (metadata.CreatedAt < until && View(metadata) is { } job)
                    window.Add(job);
            }
            window.Sort(JobCursor.NewestFirst);
            foreach (var job in window)
                yield return job;
            until = from;
            width *= 4;
        }
    }

    private async Task EnsureAllowedAsync(JobSpec spec, string by, CancellationToken cancellationToken)
    {
        DataUse use;
        try
        {
            use = _kinds[spec.Kind].Use(spec, by);
        }
        catch (SpecException)
        {
            return; // The kind tells this fault together with all others.
        }
        await policy.EnsureAsync(use, cancellationToken);
    }

    private static async Task RefuseExistingAsync(DurableTaskClient client, string id, CancellationToken cancellationToken)
    {
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: false, cancellationToken) is not null)
            throw Exists(id);
    }

    private async Task<JobView?> FindAsync(DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        JobId.Fault(id) is null && await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } metadata ? View(metadata) : null;

    private async Task<byte[]?> FindSpecAsync(string id, CancellationToken cancellationToken) =>
        JobId.Fault(id) is null ? await store.TryReadAllAsync(JobFiles.Container, JobFiles.Spec(id), cancellationToken) : null;

    private static NotFoundException Unknown(string id) => new("job", id, "/api/jobs");

    private static JobConflictException Exists(string id) =>
        new($"There is a job with the id '{id}' already. Choose another id, or leave it out to be given one.");

    private async Task<ReadOnlyMemory<byte>> ReadSpecBytesAsync(string id, CancellationToken cancellationToken) =>
        await store.ReadAllAsync(JobFiles.Container, JobFiles.Spec(id), cancellationToken);

    private JobView? View(OrchestrationMetadata metadata)
    {
        var kind = _kinds.Values.FirstOrDefault(k => string.Equals(k.Orchestrator, metadata.Name, StringComparison.OrdinalIgnoreCase));
        if (kind is null)
            return null; // a sub-orchestration or another of the app's own
        var status = Status(metadata.RuntimeStatus);
        var state = metadata.SerializedCustomStatus is null or "null" ? null : metadata.ReadCustomStatusAs<JobState>();
        var output = status == JobStatus.Completed ? metadata.ReadOutputAs<JobOutput>() : null;
        var error = status == JobStatus.Failed ? state?.Error ?? new JobError(metadata.FailureDetails?.ErrorMessage ?? metadata.SerializedOutput ?? "The job failed without a message.") : null;
        return new JobView(metadata.InstanceId, kind.Kind, metadata.ReadInputAs<JobInput>()?.Name ?? "", status, metadata.CreatedAt, metadata.LastUpdatedAt, state?.Progress, output, error, state?.Tasks);
    }

    private static JobStatus Status(OrchestrationRuntimeStatus status) => status switch
    {
        OrchestrationRuntimeStatus.Pending => JobStatus.Pending,
        OrchestrationRuntimeStatus.Suspended => JobStatus.Suspended,
        OrchestrationRuntimeStatus.Completed => JobStatus.Completed,
        OrchestrationRuntimeStatus.Failed => JobStatus.Failed,
        OrchestrationRuntimeStatus.Terminated => JobStatus.Canceled,
        _ => JobStatus.Running,
    };
}
