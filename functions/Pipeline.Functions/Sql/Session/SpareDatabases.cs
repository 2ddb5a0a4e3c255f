using DuckDB.NET.Data;

namespace Pipeline.Sql;

/// <summary>
/// Empty databases that nobody has used yet, opened ahead of need: opening one takes about 10 ms, which a small task would spend
/// waiting. Each is handed out once; the next is opened in the background meanwhile.
/// </summary>
internal static class SpareDatabases
{
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

    private static DuckDBConnection? s_spare;
    private static int s_opening;

    /// <summary>Gives an empty database in memory, with the settings of <see cref="DuckDbSession"/> but for its bounds.</summary>
    public static DuckDBConnection Take()
    {
        var taken = Interlocked.Exchange(ref s_spare, null);
        if (Interlocked.Exchange(ref s_opening, 1) == 0)
            _ = Task.Run(Refill);
        return taken ?? Open();
    }

    private static void Refill()
    {
        try
        {
            // Should there be one by now, the older goes.
            Interlocked.Exchange(ref s_spare, Open())?.Dispose();
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

            // Answers must not depend on the machine that a task happens to run on, nor on an older file of the same name.
            using var command = connection.CreateCommand();
            command.CommandText = "SET TimeZone = 'UTC'; SET enable_external_file_cache = false";
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
