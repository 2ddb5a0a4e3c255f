using System.Collections.Concurrent;
using DuckDB.NET.Data;

namespace Pipeline.Sql;

/// <summary>
/// Empty databases that nobody has used yet, opened ahead of need, and those that nobody needs any more, closed behind the back of
/// their users: to open one and set it up takes some 15 ms, to close it 5, which a small task would spend waiting. Each serves once.
/// </summary>
internal static class SpareDatabases
{
    // A small job needs one for its task and, right after, one to show its rows.
    private const int Kept = 2;

    private static readonly string s_settings = new DuckDBConnectionStringBuilder
    {
        DataSource = ":memory:",
        Threads = 1,
        AutoinstallKnownExtensions = false,
        AutoloadKnownExtensions = false,
        AllowCommunityExtensions = false,
        AllowPersistentSecrets = false,
        ErrorsAsJson = true,

        // Otherwise json_serialize_sql refuses what DuckDB's oldest format could not store, such as a cast to an ENUM.
        StorageCompatibilityVersion = "latest",
    }.ConnectionString;

    // Answers must not depend on the machine that a task happens to run on, nor on an older file of the same name.
    private static readonly string s_setUp = $"SET TimeZone = 'UTC'; SET enable_external_file_cache = false; {SizeGuards.Statements}";

    private static readonly ConcurrentQueue<DuckDBConnection> s_spares = new();
    private static readonly ReaderWriterLockSlim s_background = new();
    private static int s_opening;

    // A process that ends unloads DuckDB: what goes on in the background ends first, and nothing begins any more.
    static SpareDatabases() => AppDomain.CurrentDomain.ProcessExit += (_, _) => s_background.TryEnterWriteLock(TimeSpan.FromSeconds(2));

    /// <summary>Gives an empty database in memory, with the settings of <see cref="DuckDbSession"/> but for its bounds.</summary>
    public static DuckDBConnection Take()
    {
        var taken = s_spares.TryDequeue(out var spare);
        if (Interlocked.Exchange(ref s_opening, 1) == 0)
            InBackground(Refill);
        return taken ? spare! : Open();
    }

    /// <summary>Closes a database. No statement may run in it.</summary>
    public static void Close(DuckDBConnection database) => InBackground(database.Dispose);

    private static void InBackground(Action work) => ThreadPool.QueueUserWorkItem(_ =>
    {
        s_background.EnterReadLock();
        try
        {
            work();
        }
        finally
        {
            s_background.ExitReadLock();
        }
    });

    private static void Refill()
    {
        try
        {
            while (s_spares.Count < Kept)
                s_spares.Enqueue(Open());
        }
        catch (DuckDBException)
        {
            // Who needs a database next opens it, and is told what is wrong.
        }
        finally
        {
            Volatile.Write(ref s_opening, 0);
        }
    }

    private static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection(s_settings);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = s_setUp;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
