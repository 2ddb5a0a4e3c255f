using Microsoft.Data.Sqlite;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// What triggers must remember over restarts: which versions of which objects have been handled, and when timers ran. One
/// SQLite file; all calls are short.
/// </summary>
internal sealed class TriggerState : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    public TriggerState(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = NORMAL");
        Execute("PRAGMA busy_timeout = 5000");
        Execute("""
            CREATE TABLE IF NOT EXISTS receipts (
                function TEXT NOT NULL, container TEXT NOT NULL, path TEXT NOT NULL,
                etag TEXT NOT NULL, attempts INTEGER NOT NULL, done INTEGER NOT NULL,
                PRIMARY KEY (function, container, path)) WITHOUT ROWID
            """);
        Execute("""
            CREATE TABLE IF NOT EXISTS timers (
                function TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL, next INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID
            """);
    }

    /// <summary>Every receipt of a function for a container, by path.</summary>
    public Dictionary<string, BlobReceipt> Receipts(string function, string container)
    {
        lock (_lock)
        {
            using var command = Command(
                "SELECT path, etag, attempts, done FROM receipts WHERE function = $function AND container = $container",
                ("$function", function), ("$container", container));
            using var reader = command.ExecuteReader();
            var receipts = new Dictionary<string, BlobReceipt>(StringComparer.Ordinal);
            while (reader.Read())
                receipts[reader.GetString(0)] = new BlobReceipt(reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3));
            return receipts;
        }
    }

    public void SaveReceipt(string function, string container, string path, BlobReceipt receipt)
    {
        lock (_lock)
        {
            Execute(
                """
                INSERT OR REPLACE INTO receipts (function, container, path, etag, attempts, done)
                VALUES ($function, $container, $path, $etag, $attempts, $done)
                """,
                ("$function", function), ("$container", container), ("$path", path),
                ("$etag", receipt.ETag), ("$attempts", receipt.Attempts), ("$done", receipt.Done));
        }
    }

    public void DeleteReceipt(string function, string container, string path)
    {
        lock (_lock)
        {
            Execute(
                "DELETE FROM receipts WHERE function = $function AND container = $container AND path = $path",
                ("$function", function), ("$container", container), ("$path", path));
        }
    }

    /// <summary>When a timer ran and is to run; null if it never has.</summary>
    public TimerStatus? Timer(string function)
    {
        lock (_lock)
        {
            using var command = Command("SELECT last, next, updated FROM timers WHERE function = $function", ("$function", function));
            using var reader = command.ExecuteReader();
            return reader.Read() ? new TimerStatus(Time(reader.GetInt64(0)), Time(reader.GetInt64(1)), Time(reader.GetInt64(2))) : null;
        }

        static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
    }

    public void SaveTimer(string function, TimerStatus status)
    {
        lock (_lock)
        {
            Execute(
                "INSERT OR REPLACE INTO timers (function, last, next, updated) VALUES ($function, $last, $next, $updated)",
                ("$function", function),
                ("$last", status.Last.UtcTicks), ("$next", status.Next.UtcTicks), ("$updated", status.LastUpdated.UtcTicks));
        }
    }

    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
