using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Durable;

/// <summary>The client of a task hub in the same process.</summary>
internal sealed class EmbeddedDurableTaskClient(TaskHubServices hub, string name, Func<string, HttpManagementPayload> management)
    : DurableTaskClient(name), IHttpManagementPayloadSource
{
    private const int MaxPageSize = 1000;

    public override DurableEntityClient Entities { get; } = new EmbeddedEntityClient(hub, name);

    public HttpManagementPayload CreateHttpManagementPayload(string instanceId) => management(instanceId);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        var json = hub.Payloads.Serialize(input, $"input of orchestrator '{orchestratorName}'");
        var info = StartRequest.Describe(hub, orchestratorName, options);
        var forbidden = options?.DedupeStatuses?.Select(ParseDedupeStatus).ToArray() ?? [];
        return await hub.Writer.EnqueueAsync(new StartRequest(hub, info, json, forbidden), cancellation);
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var @event = new EventRaised(hub.Now, eventName, hub.Payloads.Converter.Serialize(eventPayload));
        return SendAsync(
            instanceId,
            @event,
            status => status.IsLive() ? null : "The orchestration instance with the provided instance id is not running.",
            cancellation);
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var output = hub.Payloads.Serialize(options?.Output, "output");
        return TerminateAsync(instanceId, output, options?.Recursive ?? false, cancellation);
    }

    /// <summary>Terminates with an output as it is, which need not be JSON.</summary>
    internal Task TerminateAsync(string instanceId, string? output, bool recursive, CancellationToken cancellation) =>
        SendAsync(
            instanceId,
            new ExecutionTerminated(hub.Now, output, recursive),
            status => status.IsLive() ? null : Cannot("terminate", instanceId, status),
            cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new ExecutionSuspended(hub.Now, reason),
            status => status is OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending
                ? null
                : Cannot("suspend", instanceId, status),
            cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new ExecutionResumed(hub.Now, reason),
            status => status is OrchestrationRuntimeStatus.Suspended ? null : Cannot("resume", instanceId, status),
            cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(
            instanceId,
            row => row.Status != OrchestrationRuntimeStatus.Pending,
            getInputsAndOutputs,
            nameof(WaitForInstanceStartAsync),
            cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, row => !row.Status.IsLive(), getInputsAndOutputs, nameof(WaitForInstanceCompletionAsync), cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        InstanceId.Valid(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(hub.Reader.FindInstance(instanceId) is { } row ? Metadata(row, getInputsAndOutputs) : null);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        if (filter.InstanceIdPrefix is { Length: > 0 } prefix)
            InstanceId.Valid(prefix);
        if (filter.Statuses?.Any() == false)
            filter = filter with { Statuses = null };
        return Pageable.Create<OrchestrationMetadata>((token, sizeHint, cancellation) =>
        {
            var size = Math.Min(sizeHint ?? filter.PageSize, MaxPageSize);
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(filter.PageSize));
            cancellation.ThrowIfCancellationRequested();
            var rows = hub.Reader.ListInstances(filter, ContinuationToken.Decode(token ?? filter.ContinuationToken), size + 1);
            var page = rows.Take(size).Select(row => ListMetadata(row, filter.FetchInputsAndOutputs)).ToArray();
            var next = rows.Count > size ? ContinuationToken.Encode(page[^1].InstanceId) : null;
            return Task.FromResult(new Page<OrchestrationMetadata>(page, next));
        });
    }

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = 100,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        cancellation.ThrowIfCancellationRequested();
        var ended = (runtimeStatus ?? Enum.GetValues<OrchestrationRuntimeStatus>()).Where(status => !status.IsLive());
        var ids = hub.Reader.ListEnded(ended, completedTimeFrom, completedTimeTo, lastInstanceKey, pageSize + 1);
        return Task.FromResult(new Page<string>([.. ids.Take(pageSize)], ids.Count > pageSize ? ids[pageSize - 1] : null));
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        InstanceId.Valid(instanceId);
        return new PurgeResult(await hub.Writer.EnqueueAsync(new PurgeRequest(instanceId, options?.Recursive ?? false), cancellation));
    }

    /// <remarks>Only instances that have ended are purged, whatever the filter says.</remarks>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var clock = hub.Options.TimeProvider;
        var begin = clock.GetTimestamp();
        var statuses = (filter.Statuses ?? Enum.GetValues<OrchestrationRuntimeStatus>()).Where(status => !status.IsLive()).ToArray();
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, statuses);
        var purged = 0;
        for (string? after = null; ;)
        {
            if (filter.Timeout is { } timeout && clock.GetElapsedTime(begin) >= timeout)
                return new PurgeResult(purged, isComplete: false);
            var rows = hub.Reader.ListInstances(query, after, MaxPageSize);
            var counts = await Task.WhenAll(rows.Select(row =>
                hub.Writer.EnqueueAsync(new PurgeRequest(row.Info.Id, options?.Recursive ?? false, row.Info.Key), cancellation)));
            purged += counts.Sum();
            if (rows.Count < MaxPageSize)
                return new PurgeResult(purged, filter.Timeout is null ? null : true);
            after = rows[^1].Info.Id;
        }
    }

    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        InstanceId.Valid(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var row = hub.Reader.FindInstance(instanceId) ?? throw new InstanceNotFoundException(instanceId);
        if (!restartWithNewInstanceId && row.Status.IsLive())
            throw new InstanceStateException(Cannot("restart", instanceId, row.Status), row.Status);
        var info = row.Info with
        {
            Id = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId,
            CreatedAt = hub.Now,
            StartAt = null,
            Parent = null,
        };
        return await hub.Writer.EnqueueAsync(new StartRequest(hub, info, row.Input, []), cancellation);
    }

    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        InstanceId.Valid(instanceId);
        var row = hub.Reader.FindInstance(instanceId) ?? throw new InstanceNotFoundException(instanceId);
        if (row.Status != OrchestrationRuntimeStatus.Failed)
            throw new InstanceStateException(Cannot("rewind", instanceId, row.Status), row.Status);
        await hub.Writer.EnqueueAsync(new RewindRequest(hub, RewindPlan.Make(hub, row.Info)), cancellation);
        hub.Logger.LogInformation("Orchestration '{Id}' was rewound: {Reason}", instanceId, reason);
    }

    /// <summary>The history of an instance's newest execution, or null if there is no such instance.</summary>
    public IReadOnlyList<HistoryEntry>? GetHistory(string instanceId) =>
        hub.Reader.FindInstance(InstanceId.Valid(instanceId)) is { } row && hub.Reader.Load(row.Info.Key) is { } stored
            ? HistoryView.Of(row, stored.History)
            : null;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task SendAsync(
        string instanceId, HistoryEvent @event, Func<OrchestrationRuntimeStatus, string?> refuse, CancellationToken cancellation)
    {
        InstanceId.Valid(instanceId);
        await hub.Writer.EnqueueAsync(new SendRequest(hub, instanceId, @event, refuse), cancellation);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceRow, bool> isThere, bool payloads, string operation, CancellationToken cancellation)
    {
        InstanceId.Valid(instanceId);
        try
        {
            return Metadata(
                await hub.Waiters.WaitAsync(
                    instanceId, () => hub.Reader.FindInstance(instanceId) is { } row && isThere(row) ? row : null, cancellation),
                payloads);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException($"The {operation} operation was canceled.", e, cancellation);
        }
    }

    private OrchestrationMetadata Metadata(InstanceRow row, bool payloads)
    {
        var full = ListMetadata(row, payloads);
        return payloads ? full : new OrchestrationMetadata(full.Name, full.InstanceId)
        {
            RuntimeStatus = full.RuntimeStatus,
            CreatedAt = full.CreatedAt,
            LastUpdatedAt = full.LastUpdatedAt,
            Tags = full.Tags,
            FailureDetails = full.FailureDetails,
        };
    }

    /// <summary>Lists show output and custom status always, the input only on demand.</summary>
    private OrchestrationMetadata ListMetadata(InstanceRow row, bool payloads) => new(row.Info.Name, row.Info.Id)
    {
        DataConverter = payloads ? hub.Payloads.Converter : null,
        RuntimeStatus = row.Status,
        CreatedAt = new DateTimeOffset(row.Info.CreatedAt),
        LastUpdatedAt = new DateTimeOffset(row.UpdatedAt),
        SerializedInput = payloads ? row.Input : null,
        // A resumed instance still has the reason of its suspension there.
        SerializedOutput = row.Status is OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending ? null : row.Output,
        SerializedCustomStatus = row.Status == OrchestrationRuntimeStatus.Pending ? row.CustomStatus : row.CustomStatus ?? "null",
        Tags = row.Info.Tags ?? new Dictionary<string, string>(),
        FailureDetails = row.Failure,
    };

    private static OrchestrationRuntimeStatus ParseDedupeStatus(string text) =>
        Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status)
            ? status
            : throw new ArgumentException(
                $"Invalid orchestration runtime status: '{text}' for deduplication. Valid are "
                + string.Join(", ", Enum.GetNames<OrchestrationRuntimeStatus>()) + ".");

    private static string Cannot(string verb, string instanceId, OrchestrationRuntimeStatus status) =>
        $"Cannot {verb} the orchestration instance '{instanceId}' because instance is in the {status} state.";
}
