using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Looks at the task hub every five minutes, and tells how many orchestrations run, which have not moved for long and which jobs
/// have failed since the last look: in logs by their ids, in figures for alerts (see <see cref="PipelineMeter"/>).</summary>
public sealed partial class JobWatch(IEnumerable<IJobKind> kinds, IConfiguration configuration, TimeProvider time, ILogger<JobWatch> logger)
{
    /// <summary>The setting that says after how long without a step an orchestration counts as stuck; 26 hours unless set: a task may take 24.</summary>
    public const string StuckAfterSetting = "PipelineStuckAfter";

    // Above what a task may take. What waits by looking again and again (a grid job for volunteers, an upload for its end) moves much oftener.
    internal static readonly TimeSpan UsualStuckAfter = TimeSpan.FromHours(26);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    // Jobs older than this are not looked through again for failures.
    private static readonly TimeSpan OldestJob = TimeSpan.FromDays(30);

    /// <summary>Looks.</summary>
    [Function(nameof(JobWatch))]
    public async Task RunAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await LookAtRunningAsync(client, now - StuckAfter(), cancellationToken);
        await LookForFailuresAsync(client, timer?.ScheduleStatus?.Last is { Year: > 2000 } last ? new DateTimeOffset(last.ToUniversalTime()) : now - Interval, now, cancellationToken);
    }

    private async Task LookAtRunningAsync(DurableTaskClient client, DateTimeOffset stuckBefore, CancellationToken cancellationToken)
    {
        var running = 0;
        var stuck = new Dictionary<string, int>(StringComparer.Ordinal);
        var query = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending], PageSize: 1000);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            running++;
            if (instance.LastUpdatedAt >= stuckBefore)
                continue;
            stuck[instance.Name] = stuck.GetValueOrDefault(instance.Name) + 1;
            LogStuck(instance.Name, instance.InstanceId, instance.LastUpdatedAt);
        }

        PipelineMeter.OrchestrationsRunning.Record(running);
        foreach (var (orchestrator, count) in stuck)
            PipelineMeter.OrchestrationsStuck.Record(count, new KeyValuePair<string, object?>("orchestrator", orchestrator));
    }

    private async Task LookForFailuresAsync(DurableTaskClient client, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var orchestrators = kinds.ToDictionary(k => k.Orchestrator, k => k.Kind, StringComparer.OrdinalIgnoreCase);
        var query = new OrchestrationQuery(CreatedFrom: now - OldestJob, Statuses: [OrchestrationRuntimeStatus.Failed], PageSize: 1000);
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (instance.LastUpdatedAt <= since || instance.LastUpdatedAt > now || !orchestrators.TryGetValue(instance.Name, out var kind))
                continue;
            PipelineMeter.JobsFailed.Add(1, new KeyValuePair<string, object?>("kind", kind));
            LogFailed(kind, instance.InstanceId, instance.LastUpdatedAt);
        }
    }

    private TimeSpan StuckAfter()
    {
        if (configuration[StuckAfterSetting] is not { Length: > 0 } text)
            return UsualStuckAfter;
        return Duration.TryParse(text, out var after) && after > TimeSpan.Zero
            ? after
            : throw new StorageException($"The setting {StuckAfterSetting} is '{text}'; it must be a duration such as 6h.");
    }

    [LoggerMessage(1, LogLevel.Warning, "The orchestration {Orchestrator} '{InstanceId}' has not moved since {LastUpdatedAt:u}")]
    private partial void LogStuck(string orchestrator, string instanceId, DateTimeOffset lastUpdatedAt);

    [LoggerMessage(2, LogLevel.Warning, "The {Kind} job '{InstanceId}' has failed at {At:u}")]
    private partial void LogFailed(string kind, string instanceId, DateTimeOffset at);
}
