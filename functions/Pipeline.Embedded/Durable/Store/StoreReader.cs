using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>Reads what is committed. For any number of threads; each read sees one moment of the store.</summary>
internal sealed class StoreReader(string path) : IDisposable
{
    // The last of Unicode: an id with a certain prefix lies between that prefix and the prefix followed by this.
    private const string LastCharacter = "\U0010FFFF";
    private const string EntityColumns = "id, state, modified, lock_key, lock_id";

    private readonly ConcurrentBag<ReadConnection> idle = [];
    private volatile bool disposed;

    public InstanceRow? FindInstance(string id) => Read(connection =>
    {
        using var rows = connection
            .Statement($"SELECT {InstanceRow.Columns} FROM instances i JOIN payloads p ON p.key = i.key WHERE i.id = $id")
            .Query(id);
        return rows.Read() ? InstanceRow.Read(rows) : null;
    });

    /// <summary>The instances that the query asks for, by id, after the one given; at most so many.</summary>
    public List<InstanceRow> ListInstances(OrchestrationQuery query, string? afterId, int count) => Read(connection =>
    {
        var found = new List<InstanceRow>();
        using var rows = connection.Statement(
            $"""
            SELECT {InstanceRow.Columns} FROM instances i JOIN payloads p ON p.key = i.key
            WHERE i.id > $after AND i.id >= $prefix AND i.id < $end
                AND ($statuses IS NULL OR i.status IN (SELECT value FROM json_each($statuses)))
                AND ($from IS NULL OR i.created >= $from)
                AND ($to IS NULL OR i.created <= $to)
            ORDER BY i.id LIMIT $count
            """).Query(
                afterId ?? string.Empty,
                query.InstanceIdPrefix ?? string.Empty,
                query.InstanceIdPrefix + LastCharacter,
                query.Statuses is { } statuses ? JsonSerializer.Serialize(statuses.Select(status => (int)status)) : null,
                query.CreatedFrom?.UtcTicks,
                query.CreatedTo?.UtcTicks,
                count);
        while (rows.Read())
            found.Add(InstanceRow.Read(rows));
        return found;
    });

    /// <summary>The ids of instances that ended within a time, by id, after the one given; at most so many.</summary>
    public List<string> ListEnded(
        IEnumerable<OrchestrationRuntimeStatus> statuses,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? afterId,
        int count) => Read(connection =>
    {
        var found = new List<string>();
        using var rows = connection.Statement(
            """
            SELECT id FROM instances
            WHERE id > $after AND status IN (SELECT value FROM json_each($statuses))
                AND ($from IS NULL OR updated >= $from) AND ($to IS NULL OR updated <= $to)
            ORDER BY id LIMIT $count
            """).Query(
                afterId ?? string.Empty,
                JsonSerializer.Serialize(statuses.Select(status => (int)status)),
                from?.UtcTicks,
                to?.UtcTicks,
                count);
        while (rows.Read())
            found.Add(rows.GetString(0));
        return found;
    });

    /// <summary>An execution with its whole history, or null if it is not current any more.</summary>
    public StoredExecution? Load(long key) => Read(connection =>
    {
        using var row = connection
            .Statement("SELECT p.input, i.custom_status, i.processed FROM instances i JOIN payloads p ON p.key = i.key WHERE i.key = $key")
            .Query(key);
        return row.Read()
            ? new StoredExecution(
                row.IsDBNull(0) ? null : row.GetString(0),
                row.IsDBNull(1) ? null : row.GetString(1),
                row.GetInt64(2),
                History(connection, key))
            : null;
    });

    /// <summary>Every instance that has not ended, or the one of an execution, with its unfinished business.</summary>
    public List<(InstanceRow Row, UnfinishedWork Work)> LoadUnfinished(long? key = null) => Read(connection =>
    {
        var found = new List<(InstanceRow, UnfinishedWork)>();
        using var rows = connection.Statement(
            $"""
            SELECT {InstanceRow.Columns}, i.processed FROM instances i JOIN payloads p ON p.key = i.key
            WHERE i.status IN {StoreDatabase.LiveStatuses} AND ($key IS NULL OR i.key = $key)
            """).Query(key);
        while (rows.Read())
        {
            var row = InstanceRow.Read(rows);
            found.Add((row with { Input = null }, UnfinishedWork.Of(History(connection, row.Info.Key), rows.GetInt64(17))));
        }

        return found;
    });

    public EntityRecord? FindEntity(string id) => Read(connection =>
    {
        using var rows = connection.Statement($"SELECT {EntityColumns} FROM entities WHERE id = $id").Query(id);
        return rows.Read() ? Entity(rows) : null;
    });

    /// <summary>The entities that the query asks for, by id, after the one given; at most so many.</summary>
    public List<EntityRecord> ListEntities(EntityQuery query, string? afterId, int count) => Read(connection =>
    {
        var found = new List<EntityRecord>();
        using var rows = connection.Statement(
            $"""
            SELECT {EntityColumns} FROM entities
            WHERE id > $after AND id >= $prefix AND id < $end
                AND ($transient OR state IS NOT NULL)
                AND ($from IS NULL OR modified >= $from)
                AND ($to IS NULL OR modified <= $to)
            ORDER BY id LIMIT $count
            """).Query(
                afterId ?? string.Empty,
                query.InstanceIdStartsWith ?? string.Empty,
                query.InstanceIdStartsWith + LastCharacter,
                query.IncludeTransient,
                query.LastModifiedFrom?.UtcTicks,
                query.LastModifiedTo?.UtcTicks,
                count);
        while (rows.Read())
            found.Add(Entity(rows));
        return found;
    });

    /// <summary>What releases the locks whose owners have ended.</summary>
    public List<UnlockMessage> ListOrphanedLocks() => Read(connection =>
    {
        var found = new List<UnlockMessage>();
        using var rows = connection.Statement(
            $"""
            SELECT id, lock_key FROM entities
            WHERE lock_key IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM instances WHERE key = lock_key AND status IN {StoreDatabase.LiveStatuses})
            """).Query();
        while (rows.Read())
            found.Add(new UnlockMessage(rows.GetString(0), rows.GetInt64(1)));
        return found;
    });

    /// <summary>Activities of executions that have continued as new without awaiting them.</summary>
    public List<(InstanceInfo Execution, ActivityScheduled Activity)> LoadOrphans() => Read(connection =>
    {
        var found = new List<(InstanceInfo, ActivityScheduled)>();
        using var rows = connection.Statement("SELECT key, task, id, at, name, data FROM orphans").Query();
        while (rows.Read())
        {
            var at = new DateTime(rows.GetInt64(3), DateTimeKind.Utc);
            found.Add((
                new InstanceInfo(rows.GetInt64(0), rows.GetString(2), string.Empty, string.Empty, at, null, null, null),
                new ActivityScheduled(at, rows.GetInt32(1), rows.GetString(4), rows.IsDBNull(5) ? null : rows.GetString(5))));
        }

        return found;
    });

    /// <summary>All that entities still have to do, in order.</summary>
    public List<EntityMessage> LoadEntityMessages() => Read(connection =>
    {
        var found = new List<EntityMessage>();
        using var rows = connection.Statement($"SELECT {EntityMessageCodec.Columns} FROM entity_messages ORDER BY seq").Query();
        while (rows.Read())
            found.Add(EntityMessageCodec.Decode(rows));
        return found;
    });

    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var connection))
            connection.Dispose();
    }

    private static EntityRecord Entity(SqliteDataReader row) => new(
        row.GetString(0),
        row.IsDBNull(1) ? null : row.GetString(1),
        new DateTime(row.GetInt64(2), DateTimeKind.Utc),
        row.IsDBNull(3) ? null : row.GetInt64(3),
        row.IsDBNull(4) ? null : row.GetString(4));

    private static List<HistoryEvent> History(ReadConnection connection, long key)
    {
        var history = new List<HistoryEvent>();
        using var rows = connection.Statement($"SELECT {HistoryCodec.Columns} FROM history WHERE key = $key ORDER BY seq").Query(key);
        while (rows.Read())
            history.Add(HistoryCodec.Decode(rows));
        return history;
    }

    private T Read<T>(Func<ReadConnection, T> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!idle.TryTake(out var connection))
            connection = new ReadConnection(path);
        try
        {
            connection.Begin();
            var result = read(connection);
            connection.End();
            idle.Add(connection);
            if (disposed)
                Dispose();
            return result;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
