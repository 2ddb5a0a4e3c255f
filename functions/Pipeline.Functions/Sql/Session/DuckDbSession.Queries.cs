using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Pipeline.Sql;

public sealed partial class DuckDbSession
{
    /// <summary>For many files of a few thousand rows: version 2's encodings take half the time of the first one's, and less room.</summary>
    private const string SmallFiles = "PARQUET_VERSION v2, WRITE_BLOOM_FILTER false, COMPRESSION snappy, USE_TMP_FILE false";

    private Task? _running;

    /// <summary>The names and types of a query's result, without running it.</summary>
    /// <exception cref="SqlException">The query does not bind.</exception>
    public Task<IReadOnlyList<ColumnSchema>> DescribeAsync(string sql, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<ColumnSchema>>($"DESCRIBE {sql}", reader =>
        {
            var columns = new List<ColumnSchema>();
            while (reader.Read())
            {
                columns.Add(new ColumnSchema(reader.GetString(0), reader.GetString(1)));
            }

            return columns;
        }, cancellationToken);

    /// <summary>The first rows of a query's result.</summary>
    /// <param name="sql">A query without a semicolon at its end.</param>
    /// <param name="columns">The result's columns, as <see cref="DescribeAsync"/> or the plan gives them.</param>
    /// <param name="top">How many rows at most.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public Task<QueryRows> ReadRowsAsync(string sql, IReadOnlyList<ColumnSchema> columns, int top, CancellationToken cancellationToken)
    {
        // Names may repeat, so values travel as a JSON array and not as an object.
        var names = columns.Select((_, i) => $"c{i}").ToList();
        var statement = $"SELECT CAST(json_array({string.Join(", ", names)}) AS VARCHAR) FROM (\n{sql}\n) AS r({string.Join(", ", names)}) LIMIT {SqlText.Number(top + 1L)}";
        return RunAsync(statement, reader =>
        {
            var rows = new List<string>();
            while (rows.Count < top && reader.Read())
            {
                rows.Add(JsonRows.QuoteNonFinite(reader.GetString(0)));
            }

            return new QueryRows(columns, rows, Truncated: rows.Count == top && reader.Read());
        }, cancellationToken);
    }

    /// <summary>Runs a query into one Parquet file whose values a later session reads back exactly (see <see cref="ParquetCarrier"/>).</summary>
    /// <param name="sql">A query without a semicolon at its end.</param>
    /// <param name="columns">Its result's columns; their names are those in the file.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="cancellationToken">Interrupts the query; the file is then incomplete.</param>
    /// <returns>The number of rows.</returns>
    public Task<long> WriteExactAsync(string sql, IReadOnlyList<ColumnSchema> columns, string path, CancellationToken cancellationToken) =>
        CopyAsync(sql, columns, columns.Select(c => ParquetCarrier.Exact(c.Type)
            ?? throw new ArgumentException($"Column {c.Name} has type {c.Type}, which Parquet cannot carry.", nameof(columns))), path,
            "COMPRESSION zstd, USE_TMP_FILE false", cancellationToken);

    /// <summary>
    /// Runs a query into Parquet for people and other programs: types that Parquet lacks are written as the nearest one that loses
    /// nothing (HUGEINT as DECIMAL(38,0), ENUM and BIT as text, ...), names that repeat get a number.
    /// </summary>
    /// <param name="sql">A query without a semicolon at its end.</param>
    /// <param name="columns">Its result's columns.</param>
    /// <param name="path">The file, or the folder when there are <paramref name="partitionBy"/> columns.</param>
    /// <param name="compression"><c>zstd</c>, <c>snappy</c>, <c>gzip</c> or <c>uncompressed</c>.</param>
    /// <param name="partitionBy">Columns that become folders named <c>key=value</c>.</param>
    /// <param name="cancellationToken">Interrupts the query; what was written is then incomplete.</param>
    /// <returns>The number of rows.</returns>
    public Task<long> WriteResultAsync(
        string sql, IReadOnlyList<ColumnSchema> columns, string path, string compression, IReadOnlyList<string> partitionBy, CancellationToken cancellationToken)
    {
        if (compression is not ("zstd" or "snappy" or "gzip" or "uncompressed"))
        {
            throw new ArgumentException($"Unknown compression '{compression}': use zstd, snappy, gzip or uncompressed.", nameof(compression));
        }

        var stored = ParquetCarrier.StoredColumns(columns);
        var options = $"COMPRESSION {compression}";
        options += partitionBy.Count == 0 ? ", USE_TMP_FILE false" : $", PARTITION_BY ({string.Join(", ", partitionBy.Select(SqlText.Name))}), OVERWRITE_OR_IGNORE true";
        return CopyAsync(sql, stored, stored.Select(c => c.Type), path, options, cancellationToken);
    }

    /// <summary>Plans <see cref="WriteExactAsync"/> once, for running it often over one file. $1, $2, … of the query get their values then.</summary>
    internal PreparedSql PrepareExact(string sql, IReadOnlyList<ColumnSchema> columns, string path) =>
        Prepare(CopySql(sql, columns, columns.Select(c => ParquetCarrier.Exact(c.Type)!), path, "DICTIONARY_SIZE_LIMIT 1, " + SmallFiles));

    /// <summary>Plans <see cref="WriteResultAsync"/> once, for running it often over one file.</summary>
    internal PreparedSql PrepareResult(string sql, IReadOnlyList<ColumnSchema> columns, string path)
    {
        var stored = ParquetCarrier.StoredColumns(columns);
        return Prepare(CopySql(sql, stored, stored.Select(c => c.Type), path, SmallFiles));
    }

    private Task<long> CopyAsync(
        string sql, IReadOnlyList<ColumnSchema> columns, IEnumerable<string> types, string path, string options, CancellationToken cancellationToken)
    {
        var statement = CopySql(sql, columns, types, path, "RETURN_STATS, " + options);
        return RunAsync(statement, reader =>
        {
            var rows = 0L;
            while (reader.Read())
            {
                rows += Convert.ToInt64(reader.GetValue(1), CultureInfo.InvariantCulture);
            }

            return rows;
        }, cancellationToken);
    }

    private static string CopySql(string sql, IReadOnlyList<ColumnSchema> columns, IEnumerable<string> types, string path, string options)
    {
        var names = columns.Select((_, i) => $"c{i}").ToList();
        var select = columns.Zip(types, names).Select(x => $"CAST({x.Third} AS {x.Second}) AS {SqlText.Name(x.First.Name)}");
        return $"COPY (SELECT {string.Join(", ", select)} FROM (\n{sql}\n) AS r({string.Join(", ", names)})) TO {SqlText.Literal(Path.TrimEndingDirectorySeparator(path))} (FORMAT parquet, {options})";
    }

    /// <summary>Runs one statement on a pool thread; cancelling, and running out of time, interrupt DuckDB. A statement that does not hear
    /// it (DuckDB looks up between pieces of work, and a piece can take hours) is left behind, and the session with it.</summary>
    internal async Task<T> RunAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(WasLeftBehind, this);
        using var timeout = new CancellationTokenSource(_options.StatementTimeout ?? Timeout.InfiniteTimeSpan, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var token = stop.Token;
            var running = Task.Run(() => Run(sql, read, token), CancellationToken.None);
            _running = running;
            return await EndAsync(running, _options.Patience, token);
        }
        catch (Exception e) when (stop.IsCancellationRequested && (e is DuckDBException or OperationCanceledException or TimeoutException))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new SqlTimeoutException(_options.StatementTimeout ?? default);
        }
        catch (DuckDBException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>True if a statement of this session did not end when it was told to, and has not ended since.</summary>
    internal bool WasLeftBehind => _running is { IsCompleted: false };

    // The statement's end, or, when it was told to stop and has not, the end of our patience.
    private static async Task<T> EndAsync<T>(Task<T> running, TimeSpan patience, CancellationToken stop)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), told))
        {
            await Task.WhenAny(running, told.Task);
        }

        return await running.WaitAsync(running.IsCompleted ? Timeout.InfiniteTimeSpan : patience, CancellationToken.None);
    }

    /// <summary>Runs a short statement of our own on this thread.</summary>
    internal T Read<T>(string sql, Func<DbDataReader, T> read)
    {
        try
        {
            return Run(sql, read, CancellationToken.None);
        }
        catch (DuckDBException e)
        {
            throw Translate(e);
        }
    }

    private T Run<T>(string sql, Func<DbDataReader, T> read, CancellationToken stop)
    {
        using var ceiling = MemoryCeiling.Hold(_options.MemoryLimitBytes);
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;

        // An interrupt that comes before the statement has begun is lost, so it is repeated until the statement ends.
        Timer? interrupts = null;
        using var registration = stop.Register(() => interrupts = new Timer(_ => command.Cancel(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20)));
        try
        {
            using var reader = command.ExecuteReader();
            return read(reader);
        }
        finally
        {
            registration.Dispose();
            if (interrupts is not null)
            {
                using var ended = new ManualResetEvent(false);
                interrupts.Dispose(ended);
                ended.WaitOne();
            }
        }
    }
}
