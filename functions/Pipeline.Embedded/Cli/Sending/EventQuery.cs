using System.Runtime.CompilerServices;
using System.Text;
using DuckDB.NET.Data;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Makes events of the rows of Parquet files, or of a query over files: a JSON object a row.</summary>
internal static class EventQuery
{
    /// <summary>Reads rows.</summary>
    /// <param name="files">The files, all of one kind.</param>
    /// <param name="name">What faults call them.</param>
    /// <param name="query">SQL over the table <c>input</c>; null for all of its rows as they are.</param>
    /// <param name="fields">Where keys and times are.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async IAsyncEnumerable<EventToSend> ReadAsync(
        IReadOnlyList<string> files, string name, string? query, EventFields fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        var list = $"[{string.Join(", ", files.Select(f => $"'{f.Replace("'", "''", StringComparison.Ordinal)}'"))}]";
        var reader = Path.GetExtension(files[0]).ToUpperInvariant() switch
        {
            ".CSV" => $"read_csv({list})",
            ".PARQUET" => $"read_parquet({list}, hive_partitioning = true)",
            _ => $"read_json({list})",
        };
        // Off this thread: a query that sorts takes its time before its first row.
        using var rows = await Task.Run(() => Execute(connection, name, $"SET TimeZone = 'UTC'; CREATE VIEW input AS SELECT * FROM {reader}", $"SELECT to_json(r) FROM ({query ?? "SELECT * FROM input"}\n) r"), cancellationToken);
        for (var number = 1L; rows.Read(); number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return fields.OfJson(Encoding.UTF8.GetBytes(rows.GetString(0)), $"Row {number} of {name}");
        }
    }

    private static DuckDBDataReader Execute(DuckDBConnection connection, string name, string setUp, string query)
    {
        try
        {
            using var first = connection.CreateCommand();
            first.CommandText = setUp;
            first.ExecuteNonQuery();
            var command = connection.CreateCommand();
            command.CommandText = query;
            command.UseStreamingMode = true;
            return command.ExecuteReader();
        }
        catch (DuckDBException e)
        {
            throw new CliException(CliFault.InvalidInput($"{name} cannot be read: {e.Message}"), e);
        }
    }
}
