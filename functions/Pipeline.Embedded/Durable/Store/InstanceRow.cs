using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>An instance as the store has it.</summary>
internal sealed record InstanceRow(
    InstanceInfo Info,
    OrchestrationRuntimeStatus Status,
    DateTime UpdatedAt,
    string? Input,
    string? Output,
    string? CustomStatus,
    TaskFailureDetails? Failure)
{
    /// <summary>The columns that <see cref="Read"/> reads, in order, of the tables instances (i) and payloads (p).</summary>
    public const string Columns =
        "i.key, i.id, i.name, i.version, i.status, i.created, i.updated, i.start_at, i.custom_status, i.failure, i.tags, "
        + "i.parent_key, i.parent_id, i.parent_task, i.parent_name, p.input, p.output";

    public static InstanceRow Read(SqliteDataReader row)
    {
        var parent = row.IsDBNull(11) ? null : new ParentLink(row.GetInt64(11), row.GetString(12), row.GetInt32(13), row.GetString(14));
        var info = new InstanceInfo(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), Time(5), row.IsDBNull(7) ? null : Time(7), parent,
            Json<Dictionary<string, string>>(10));
        return new InstanceRow(
            info, (OrchestrationRuntimeStatus)row.GetInt32(4), Time(6), Text(15), Text(16), Text(8), Json<TaskFailureDetails>(9));

        DateTime Time(int column) => new(row.GetInt64(column), DateTimeKind.Utc);
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        T? Json<T>(int column) => Text(column) is { } json ? JsonSerializer.Deserialize<T>(json) : default;
    }
}
