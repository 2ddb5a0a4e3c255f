using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>The entity half of the client of a task hub in the same process.</summary>
internal sealed class EmbeddedEntityClient(TaskHubServices hub, string name) : DurableEntityClient(name)
{
    private const int DefaultPageSize = 100;

    public override async Task SignalEntityAsync(
        EntityInstanceId id,
        string operationName,
        object? input = null,
        SignalEntityOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        var message = new OperationMessage(EntityId.Valid(id), operationName, hub.Payloads.Converter.Serialize(input), Caller: null)
        {
            DueAt = options?.SignalTime?.UtcDateTime,
        };
        await hub.Writer.EnqueueAsync(new SignalRequest(hub, message), cancellation);
    }

    public override Task<EntityMetadata?> GetEntityAsync(
        EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(id) is { } record ? Metadata(record, includeState) : null);
    }

    public override Task<EntityMetadata<T>?> GetEntityAsync<T>(
        EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Find(id) is { } record ? Metadata<T>(record, includeState) : null);
    }

    public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) =>
        List(filter ?? new EntityQuery(), Metadata);

    public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) =>
        List(filter ?? new EntityQuery(), Metadata<T>);

    /// <remarks>Entities without state leave no row behind, so there are no empty ones to remove.</remarks>
    public override async Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        if ((request ?? CleanEntityStorageRequest.Default).ReleaseOrphanedLocks)
        {
            var orphans = hub.Reader.ListOrphanedLocks();
            if (orphans.Count > 0)
                await hub.Writer.EnqueueAsync(new SignalRequest(hub, orphans), cancellation);
            return new CleanEntityStorageResult { OrphanedLocksReleased = orphans.Count };
        }

        return default;
    }

    private EntityRecord? Find(EntityInstanceId id) => hub.Reader.FindEntity(id.ToString()) is { State: not null } record ? record : null;

    private AsyncPageable<T> List<T>(EntityQuery query, Func<EntityRecord, bool, T> convert)
        where T : notnull => Pageable.Create<T>((token, sizeHint, cancellation) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var size = sizeHint ?? query.PageSize ?? DefaultPageSize;
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(query.PageSize));
            var records = hub.Reader.ListEntities(query, ContinuationToken.Decode(token ?? query.ContinuationToken), size + 1);
            var page = records.Take(size).Select(record => convert(record, query.IncludeState)).ToArray();
            return Task.FromResult(new Page<T>(page, records.Count > size ? ContinuationToken.Encode(records[size - 1].Id) : null));
        });

    private EntityMetadata Metadata(EntityRecord record, bool includeState)
    {
        var state = includeState && record.State is { } json ? new SerializedData(json, hub.Payloads.Converter) : null;
        return new EntityMetadata(EntityInstanceId.FromString(record.Id), state)
        {
            LastModifiedTime = new DateTimeOffset(record.ModifiedAt),
            BacklogQueueSize = hub.Entities.Backlog(record.Id),
            LockedBy = record.LockedBy,
        };
    }

    private EntityMetadata<T> Metadata<T>(EntityRecord record, bool includeState)
    {
        var id = EntityInstanceId.FromString(record.Id);
        var time = new DateTimeOffset(record.ModifiedAt);
        var backlog = hub.Entities.Backlog(record.Id);
        return includeState && record.State is { } json
            ? new EntityMetadata<T>(id, hub.Payloads.Converter.Deserialize<T>(json))
            {
                LastModifiedTime = time,
                BacklogQueueSize = backlog,
                LockedBy = record.LockedBy,
            }
            : new EntityMetadata<T>(id) { LastModifiedTime = time, BacklogQueueSize = backlog, LockedBy = record.LockedBy };
    }
}
