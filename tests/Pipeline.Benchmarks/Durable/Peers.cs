using Microsoft.Data.Sqlite;
using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Durable;

/// <summary>The same work without a task hub: what keeping it costs, and what not keeping it would save.</summary>
internal static class Peers
{
    /// <summary>
    /// Runs steps and keeps each result in a SQLite file, as a program would that remembers its own progress: write-ahead log, and a
    /// commit is on the disk when it returns, as in the task hub.
    /// </summary>
    /// <param name="steps">How many steps.</param>
    /// <param name="group">How many results make one commit.</param>
    /// <param name="cancellationToken">Gives up between commits.</param>
    public static async Task SqliteCommitsAsync(int steps, int group, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "steps.db")};Pooling=False");
        await connection.OpenAsync(cancellationToken);
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE step (id INTEGER PRIMARY KEY, result TEXT NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO step VALUES ($id, $result)";
        var id = insert.Parameters.Add("$id", SqliteType.Integer);
        var result = insert.Parameters.Add("$result", SqliteType.Text);
        for (var first = 0; first < steps; first += group)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = first; i < Math.Min(first + group, steps); i++)
            {
                id.Value = i;
                result.Value = Workload.AddOne(i).ToString(System.Globalization.CultureInfo.InvariantCulture);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <summary>Runs steps as tasks of the thread pool and keeps nothing.</summary>
    public static async Task BareTasksAsync(int steps)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, steps).Select(i => Task.Run(() => Workload.AddOne(i))));
        if (results.Sum(result => (long)result) != steps * (steps + 1L) / 2)
        {
            throw new BenchmarkException("The bare tasks gave a wrong sum.");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this program.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
