using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>What commits may write. Lives on the writer's thread.</summary>
internal sealed class WriteSession : IDisposable
{
    // The epoch counts how often the hub was opened, so numbers only ever grow, also across a crash.
    private const int EpochShift = 36;

    private readonly SqliteConnection connection;
    private readonly List<Statement> statements = [];
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement append;
    private readonly Statement appendIfLive;
    private readonly Statement findInstance;
    private readonly Statement insertInstance;
    private readonly Statement insertPayload;
    private readonly Statement updateInstance;
    private readonly Statement setOutput;
    private readonly Statement deleteInstance;
    private readonly Statement deletePayload;
    private readonly Statement deleteHistory;
    private readonly Statement rekeyInstance;
    private readonly Statement rekeyPayload;
    private readonly Statement moveChildren;
    private readonly Statement carryEvent;
    private readonly Statement carryUnprocessed;
    private readonly Statement liveBelow;
    private readonly Statement endedChildren;
    private readonly Statement findParent;
    private readonly Statement setParentTask;
    private readonly Statement keepOrphans;
    private readonly Statement deleteOrphan;
    private readonly Statement setEntity;
    private readonly Statement deleteEntity;
    private readonly Statement addEntityMessage;
    private readonly Statement deleteEntityMessage;
    private long sequence;

    public WriteSession(SqliteConnection connection)
    {
        this.connection = connection;
        using (var epoch = new Statement(connection, "UPDATE hub SET epoch = epoch + 1 RETURNING epoch"))
        using (var reader = epoch.Query())
        {
            reader.Read();
            sequence = reader.GetInt64(0) << EpochShift;
        }

        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        rollback = Prepare("ROLLBACK");
        append = Prepare(
            """
            INSERT INTO history (key, seq, kind, at, task, name, data, extra)
            VALUES ($key, $seq, $kind, $at, $task, $name, $data, $extra)
            """);
        appendIfLive = Prepare(
            $"""
            INSERT INTO history (key, seq, kind, at, task, name, data, extra)
            SELECT $key, $seq, $kind, $at, $task, $name, $data, $extra
            WHERE EXISTS (SELECT 1 FROM instances WHERE key = $key AND status IN {StoreDatabase.LiveStatuses})
            """);
        findInstance = Prepare("SELECT key, status FROM instances WHERE id = $id");
        insertInstance = Prepare(
            """
            INSERT INTO instances (key, id, name, version, status, created, updated, start_at, processed, custom_status, tags,
                parent_key, parent_id, parent_task, parent_name)
            VALUES ($key, $id, $name, $version, $status, $created, $updated, $start_at, 0, $custom, $tags,
                $parent_key, $parent_id, $parent_task, $parent_name)
            """);
        insertPayload = Prepare("INSERT INTO payloads (key, input) VALUES ($key, $input)");
        updateInstance = Prepare(
            """
            UPDATE instances SET status = $status, updated = $updated, processed = $processed, custom_status = $custom, failure = $failure
            WHERE key = $key
            """);
        setOutput = Prepare("UPDATE payloads SET output = $output WHERE key = $key");
        deleteInstance = Prepare("DELETE FROM instances WHERE key = $key");
        deletePayload = Prepare("DELETE FROM payloads WHERE key = $key");
        deleteHistory = Prepare("DELETE FROM history WHERE key = $key");
        carryEvent = Prepare("UPDATE history SET key = $new WHERE key = $old AND seq = $seq");
        carryUnprocessed = Prepare(
            $"UPDATE history SET key = $new WHERE key = $old AND seq > $processed AND kind IN ({HistoryCodec.CarriedKinds})");
        // A child that failed may have left children of its own behind, which still run.
        liveBelow = Prepare(
            $"""
            WITH RECURSIVE below (key, id, status) AS (
                SELECT key, id, status FROM instances WHERE parent_key = $key
                UNION ALL
                SELECT i.key, i.id, i.status FROM below b JOIN instances i ON i.parent_key = b.key
                WHERE b.status NOT IN {StoreDatabase.LiveStatuses})
            SELECT id FROM below WHERE status IN {StoreDatabase.LiveStatuses}
            """);
        endedChildren = Prepare($"SELECT key FROM instances WHERE parent_key = $key AND status NOT IN {StoreDatabase.LiveStatuses}");
        findParent = Prepare("SELECT parent_key, parent_task FROM instances WHERE key = $key AND parent_key IS NOT NULL");
        rekeyInstance = Prepare("UPDATE instances SET key = $new WHERE key = $old");
        rekeyPayload = Prepare("UPDATE payloads SET key = $new WHERE key = $old");
        moveChildren = Prepare($"UPDATE instances SET parent_key = $new, parent_task = {ParentLink.NoTask} WHERE parent_key = $old");
        setParentTask = Prepare("UPDATE instances SET parent_task = $task WHERE id = $id AND parent_key = $key");
        keepOrphans = Prepare(
            $"""
            INSERT INTO orphans (key, task, id, at, name, data)
            SELECT key, task, $id, at, name, data FROM history
            WHERE key = $key AND kind = {HistoryCodec.ActivityKind}
                AND task NOT IN (SELECT task FROM history WHERE key = $key AND kind IN ({HistoryCodec.OutcomeKinds}))
            """);
        deleteOrphan = Prepare("DELETE FROM orphans WHERE key = $key AND task = $task");
        setEntity = Prepare(
            """
            INSERT INTO entities (id, state, modified, lock_key, lock_id) VALUES ($id, $state, $modified, $lock_key, $lock_id)
            ON CONFLICT (id) DO UPDATE SET state = $state, modified = $modified, lock_key = $lock_key, lock_id = $lock_id
            """);
        deleteEntity = Prepare("DELETE FROM entities WHERE id = $id");
        addEntityMessage = Prepare(
            $"""
            INSERT INTO entity_messages ({EntityMessageCodec.Columns})
            VALUES ($seq, $entity, $kind, $due, $sender_key, $sender_id, $sender_task, $name, $data)
            """);
        deleteEntityMessage = Prepare("DELETE FROM entity_messages WHERE seq = $seq");
    }

    /// <summary>The connection, for tests that let the disk be full.</summary>
    public SqliteConnection Connection => connection;

    /// <summary>Applies the commits in one transaction and commits it.</summary>
    /// <exception cref="OperationCanceledException">The hub was abandoned half-way; nothing is written.</exception>
    public void Transact(List<Commit> commits, Func<bool> abandoned)
    {
        begin.Execute();
        try
        {
            foreach (var unit in commits)
                unit.Apply(this);
            if (abandoned())
                throw new OperationCanceledException();
            commit.Execute();
        }
        catch
        {
            // Some errors, a full disk for one, have already rolled back.
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
                rollback.Execute();
            throw;
        }
    }

    public long NextSequence() => ++sequence;

    /// <summary>Appends what an orchestrator asked for.</summary>
    public void Append(long key, HistoryEvent @event) => Append(append, key, @event);

    /// <summary>Appends what reached an execution, unless that has ended.</summary>
    public bool AppendIfLive(long key, HistoryEvent @event) => Append(appendIfLive, key, @event) > 0;

    /// <summary>Appends what reached an instance, whichever execution of it is current, unless it has ended.</summary>
    public bool AppendIfLive(string instanceId, HistoryEvent @event) =>
        Find(instanceId) is { } found && AppendIfLive(found.Key, @event);

    public (long Key, OrchestrationRuntimeStatus Status)? Find(string instanceId)
    {
        using var row = findInstance.Query(instanceId);
        return row.Read() ? (row.GetInt64(0), (OrchestrationRuntimeStatus)row.GetInt32(1)) : null;
    }

    /// <summary>Makes an instance.</summary>
    /// <returns>Its first event; null if it is to begin later.</returns>
    public ExecutionStarted? Insert(
        InstanceInfo info, string? input, DateTime now, OrchestrationRuntimeStatus status, string? customStatus)
    {
        insertInstance.Execute(
            info.Key, info.Id, info.Name, info.Version, (int)status, info.CreatedAt.Ticks, now.Ticks,
            info.StartAt?.Ticks, customStatus, info.Tags is { Count: > 0 } tags ? JsonSerializer.Serialize(tags) : null,
            info.Parent?.Key, info.Parent?.InstanceId, info.Parent?.TaskId, info.Parent?.Name);
        insertPayload.Execute(info.Key, input);
        if (info.StartAt is not null)
            return null;
        var started = new ExecutionStarted(now);
        Append(info.Key, started);
        return started;
    }

    public void Update(
        long key, OrchestrationRuntimeStatus status, DateTime now, long processed, string? customStatus, TaskFailureDetails? failure) =>
        updateInstance.Execute(
            (int)status, now.Ticks, processed, customStatus, failure is null ? null : JsonSerializer.Serialize(failure), key);

    /// <summary>
    /// Gives an execution that goes on another key, and lets go of its history: what is under way for the old key comes to nothing.
    /// Its children stay its children, but no task waits for them.
    /// </summary>
    public void Rekey(long oldKey, long newKey)
    {
        rekeyInstance.Execute(newKey, oldKey);
        rekeyPayload.Execute(newKey, oldKey);
        moveChildren.Execute(newKey, oldKey);
        deleteHistory.Execute(oldKey);
    }

    /// <summary>Says which task of the parent waits for a child.</summary>
    public void SetParentTask(string childId, long parentKey, int taskId) => setParentTask.Execute(taskId, childId, parentKey);

    /// <summary>The execution and its task that wait for a sub-orchestration.</summary>
    public (long Key, int TaskId)? FindParent(long key)
    {
        using var row = findParent.Query(key);
        return row.Read() ? (row.GetInt64(0), row.GetInt32(1)) : null;
    }

    public void SetOutput(long key, string? output) => setOutput.Execute(output, key);

    public void Delete(long key)
    {
        deleteInstance.Execute(key);
        deletePayload.Execute(key);
        deleteHistory.Execute(key);
    }

    /// <summary>Moves events that the old execution received, but did not use, to the new one.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Carry(long oldKey, long newKey, IEnumerable<long> buffered, long processed)
    {
        var moved = buffered.Sum(seq => carryEvent.Execute(newKey, oldKey, seq));
        return moved + carryUnprocessed.Execute(newKey, oldKey, processed) > 0;
    }

    /// <summary>Keeps the activities of an execution that have no outcome, before its history is deleted.</summary>
    public void KeepOrphans(long key, string instanceId) => keepOrphans.Execute(instanceId, key);

    public void DeleteOrphan(long key, int taskId) => deleteOrphan.Execute(key, taskId);

    /// <summary>The ids of the live sub-orchestrations of an execution, and of those below the ones that have ended.</summary>
    public List<string> LiveBelow(long key)
    {
        var ids = new List<string>();
        using var rows = liveBelow.Query(key);
        while (rows.Read())
            ids.Add(rows.GetString(0));
        return ids;
    }

    /// <summary>The keys of the sub-orchestrations of an execution that have ended.</summary>
    public List<long> EndedChildren(long key)
    {
        var keys = new List<long>();
        using var rows = endedChildren.Query(key);
        while (rows.Read())
            keys.Add(rows.GetInt64(0));
        return keys;
    }

    /// <summary>Writes an entity; one with neither a state nor a lock leaves nothing behind.</summary>
    public void SetEntity(EntityRecord entity)
    {
        if (entity is { State: null, LockKey: null })
            deleteEntity.Execute(entity.Id);
        else
            setEntity.Execute(entity.Id, entity.State, entity.ModifiedAt.Ticks, entity.LockKey, entity.LockedBy);
    }

    public void AddEntityMessage(EntityMessage message)
    {
        message.Sequence = NextSequence();
        addEntityMessage.Execute(EntityMessageCodec.Encode(message));
    }

    public void DeleteEntityMessage(long sequence) => deleteEntityMessage.Execute(sequence);

    public void Dispose()
    {
        statements.ForEach(statement => statement.Dispose());
        connection.Dispose();
    }

    private int Append(Statement statement, long key, HistoryEvent @event)
    {
        @event.Sequence = NextSequence();
        var row = HistoryCodec.Encode(@event);
        return statement.Execute(key, @event.Sequence, row.Kind, @event.At.Ticks, row.Task, row.Name, row.Data, row.Extra);
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(connection, sql);
        statements.Add(statement);
        return statement;
    }
}
