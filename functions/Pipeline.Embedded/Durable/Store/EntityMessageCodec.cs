using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Pipeline.Embedded.Durable;

/// <summary>Messages to entities as rows. The numbers of the kinds are stored: they never change their meaning.</summary>
internal static class EntityMessageCodec
{
    /// <summary>The columns that <see cref="Decode"/> reads, in order.</summary>
    public const string Columns = "seq, entity, kind, due, sender_key, sender_id, sender_task, name, data";

    private enum Kind
    {
        Operation = 1,
        Lock = 2,
        Unlock = 3,
    }

    public static object?[] Encode(EntityMessage message) => message switch
    {
        OperationMessage m => Row(m, Kind.Operation, m.Caller?.Key, m.Caller?.InstanceId, m.Caller?.TaskId, m.Operation, m.Input),
        LockMessage m => Row(
            m, Kind.Lock, m.Caller.Key, m.Caller.InstanceId, m.Caller.TaskId, null, JsonSerializer.Serialize(m.EntityIds)),
        UnlockMessage m => Row(m, Kind.Unlock, m.OwnerKey, null, null, null, null),
        _ => throw new InvalidOperationException($"{message.GetType().Name} has no row format."),
    };

    public static EntityMessage Decode(SqliteDataReader row)
    {
        var entity = row.GetString(1);
        DateTime? due = row.IsDBNull(3) ? null : new DateTime(row.GetInt64(3), DateTimeKind.Utc);
        var caller = row.IsDBNull(5) ? null : new EntityCaller(row.GetInt64(4), row.GetString(5), row.GetInt32(6));
        var data = row.IsDBNull(8) ? null : row.GetString(8);
        EntityMessage message = (Kind)row.GetInt32(2) switch
        {
            Kind.Operation => new OperationMessage(entity, row.GetString(7), data, caller) { DueAt = due },
            Kind.Lock => new LockMessage(entity, JsonSerializer.Deserialize<string[]>(data!)!, caller!),
            Kind.Unlock => new UnlockMessage(entity, row.GetInt64(4)),
            var kind => throw new InvalidDataException(
                $"The store holds an entity message of kind {kind}, which this version does not know. Was it written by a newer one?"),
        };
        message.Sequence = row.GetInt64(0);
        return message;
    }

    private static object?[] Row(
        EntityMessage message, Kind kind, long? senderKey, string? senderId, int? senderTask, string? name, string? data) =>
        [message.Sequence, message.EntityId, (int)kind, message.DueAt?.Ticks, senderKey, senderId, senderTask, name, data];
}
