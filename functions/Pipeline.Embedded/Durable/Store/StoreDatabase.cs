using Microsoft.Data.Sqlite;

namespace Pipeline.Embedded.Durable;

/// <summary>The database file of a task hub: its tables, its settings, and connections to it.</summary>
internal static class StoreDatabase
{
    /// <summary>The statuses of instances that can still receive something: Running, Pending, Suspended.</summary>
    public const string LiveStatuses = "(0, 6, 7)";

    /// <summary>The format of the file, in its <c>user_version</c>.</summary>
    public const int SchemaVersion = 1;

    private const string Tables =
        $"""
        CREATE TABLE hub (epoch INTEGER NOT NULL);
        INSERT INTO hub VALUES (0);

        -- One row an instance; a new execution of it (restart, continue-as-new) gets a new key.
        CREATE TABLE instances (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            status INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            start_at INTEGER,
            processed INTEGER NOT NULL,
            custom_status TEXT,
            failure TEXT,
            tags TEXT,
            parent_key INTEGER,
            parent_id TEXT,
            parent_task INTEGER,
            parent_name TEXT);
        CREATE INDEX instances_live ON instances (key) WHERE status IN {LiveStatuses};
        CREATE INDEX instances_parent ON instances (parent_key) WHERE parent_key IS NOT NULL;

        -- Apart from the instances, whose small rows change with every turn.
        CREATE TABLE payloads (key INTEGER PRIMARY KEY, input TEXT, output TEXT);

        CREATE TABLE history (
            key INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            at INTEGER NOT NULL,
            task INTEGER,
            name TEXT,
            data TEXT,
            extra TEXT,
            PRIMARY KEY (key, seq)) WITHOUT ROWID;

        -- Activities that an execution asked for and did not await before it continued as new.
        CREATE TABLE orphans (
            key INTEGER NOT NULL,
            task INTEGER NOT NULL,
            id TEXT NOT NULL,
            at INTEGER NOT NULL,
            name TEXT NOT NULL,
            data TEXT,
            PRIMARY KEY (key, task)) WITHOUT ROWID;

        CREATE TABLE entities (
            id TEXT PRIMARY KEY,
            state TEXT,
            modified INTEGER NOT NULL,
            lock_key INTEGER,
            lock_id TEXT) WITHOUT ROWID;

        CREATE TABLE entity_messages (
            seq INTEGER PRIMARY KEY,
            entity TEXT NOT NULL,
            kind INTEGER NOT NULL,
            due INTEGER,
            sender_key INTEGER,
            sender_id TEXT,
            sender_task INTEGER,
            name TEXT,
            data TEXT);
        """;

    /// <summary>Opens the database to write, and makes the tables where they are missing.</summary>
    /// <exception cref="InvalidDataException">The file was written by another version.</exception>
    public static SqliteConnection Create(string path)
    {
        var connection = Open(path, readOnly: false);
        try
        {
            Initialise(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Initialise(SqliteConnection writer)
    {
        Run(writer, "PRAGMA journal_mode = WAL");
        // A commit is acknowledged only when it is on the disk; commits are grouped, so that costs little.
        Run(writer, "PRAGMA synchronous = FULL");
        Run(writer, "PRAGMA wal_autocheckpoint = 4000");
        Run(writer, "PRAGMA journal_size_limit = 67108864");
        using var version = writer.CreateCommand();
        version.CommandText = "PRAGMA user_version";
        switch (version.ExecuteScalar())
        {
            case 0L:
                Run(writer, $"BEGIN; {Tables} PRAGMA user_version = {SchemaVersion}; COMMIT;");
                break;
            case (long)SchemaVersion:
                break;
            case var other:
                throw new InvalidDataException(
                    $"'{writer.DataSource}' is a task hub of format {other}; this version reads format {SchemaVersion}. "
                    + "Use the version that wrote it, or move the file away to begin with an empty hub.");
        }
    }

    public static SqliteConnection Open(string path, bool readOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString());
        connection.Open();
        Run(connection, "PRAGMA cache_size = -16000");
        return connection;
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
