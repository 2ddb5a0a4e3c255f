using System.Globalization;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Pipeline.Sql;

/// <summary>
/// One in-memory DuckDB for one task. First the trusted set-up adds tables over the task's own files; then
/// <see cref="Confine"/> closes the session to everything else for good; then queries run. A session serves one call at
/// a time.
/// </summary>
/// <remarks>
/// Confinement has two fences. Queries are checked on the parser's own tree before they get here (<see cref="QueryPlanner"/>).
/// Should one slip through, the session itself reads no file but its own, loads no extension and changes no setting.
/// </remarks>
public sealed partial class DuckDbSession : IDisposable
{
    private readonly DuckDBConnection _connection;
    private readonly DuckDbSessionOptions _options;
    private readonly TimeProvider _time;
    private readonly List<string> _readable = [];
    private bool _disposed;

    private DuckDbSession(DuckDBConnection connection, DuckDbSessionOptions options, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        _time = time;
    }

    /// <summary>True once <see cref="Confine"/> was called.</summary>
    public bool IsConfined { get; private set; }

    /// <summary>Opens an empty session.</summary>
    /// <param name="options">The bounds; default those of <see cref="DuckDbSessionOptions"/>.</param>
    /// <param name="time">The clock for statement timeouts; default the system's.</param>
    public static DuckDbSession Open(DuckDbSessionOptions? options = null, TimeProvider? time = null)
    {
        options ??= new DuckDbSessionOptions();
        var connection = SpareDatabases.Take();
        try
        {
            var session = new DuckDbSession(connection, options, time ?? TimeProvider.System);
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"""
                SET threads = {Math.Max(1, options.Threads)};
                SET memory_limit = '{options.MemoryLimitBytes}B';
                SET temp_directory = {SqlText.Literal(options.TempDirectory ?? "")};
                SET max_temp_directory_size = '{(options.TempDirectory is null ? 0 : options.SpillLimitBytes)}B'
                """));
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Adds a table over Parquet files, in the files' order. Columns have the order, names and types of the schema.</summary>
    /// <param name="schema">The table.</param>
    /// <param name="files">Its files; none makes an empty table.</param>
    public void AddTable(TableSchema schema, IReadOnlyList<ParquetFile> files) => AddView(schema.Name, TableSql(schema, files));

    /// <summary>Reads Parquet files into a table in memory, which replaces the one of that name. A confined session reads what lies in its folders.</summary>
    internal void LoadTable(TableSchema schema, IReadOnlyList<ParquetFile> files) => Replace("TABLE", schema, files);

    /// <summary>Shows Parquet files as a table, in place of the one of that name. A confined session reads what lies in its folders.</summary>
    internal void ShowTable(TableSchema schema, IReadOnlyList<ParquetFile> files) => Replace("VIEW", schema, files);

    private void Replace(string kind, TableSchema schema, IReadOnlyList<ParquetFile> files)
    {
        var known = _readable.Count;
        try
        {
            Execute($"CREATE OR REPLACE {kind} {SqlText.Name(schema.Name)} AS {TableSql(schema, files)}");
        }
        finally
        {
            _readable.RemoveRange(known, _readable.Count - known);
        }
    }

    /// <summary>Adds the partials of a block under its name, in the order of their tasks.</summary>
    /// <param name="block">The block.</param>
    /// <param name="files">Files written by <see cref="WriteExactAsync"/> for <see cref="ScanBlock.PartialSql"/> or <see cref="ScanBlock.MergeSql"/>; may be none.</param>
    public void AddPartials(ScanBlock block, IReadOnlyList<string> files) => AddExact(block.Name, block.Columns, files, withOrder: true);

    /// <summary>Adds a derived table under its name.</summary>
    /// <param name="table">The derived table.</param>
    /// <param name="files">Files written by <see cref="WriteExactAsync"/> for <see cref="DerivedTable.Sql"/>.</param>
    public void AddDerived(DerivedTable table, IReadOnlyList<string> files) => AddExact(table.Name, table.Columns, files, withOrder: false);

    /// <summary>
    /// Closes the session: from here on it reads only the files added so far, writes only to <paramref name="writable"/>, and its
    /// settings are locked.
    /// </summary>
    /// <param name="writable">Paths of files, and of folders ending in a slash, that statements of this app may write to.</param>
    public void Confine(params IReadOnlyList<string> writable)
    {
        if (IsConfined)
        {
            throw new InvalidOperationException("The session is confined already.");
        }

        // DuckDB lets in what lies in an allowed folder, but not the folder itself.
        var folders = writable.Where(p => p.EndsWith('/') || p.EndsWith(Path.DirectorySeparatorChar)).ToList();
        Execute($"SET allowed_paths = {SqlText.Literals(_readable.Concat(writable.Select(p => Path.TrimEndingDirectorySeparator(p))).Distinct(StringComparer.Ordinal))}");
        Execute($"SET allowed_directories = {SqlText.Literals(folders)}");
        Execute("SET enable_external_access = false");
        Execute("SET lock_configuration = true");
        IsConfined = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            if (WasLeftBehind)
            {
                _ = _running!.ContinueWith(_ => SpareDatabases.Close(_connection), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            else
            {
                SpareDatabases.Close(_connection);
            }
        }
    }

    /// <summary>Runs a statement of our own, as part of the set-up.</summary>
    internal void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DuckDBException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>
    /// Keeps plans from relying on what tables held when they were made: a prepared statement's plan would be wrong once its tables hold
    /// other values (a group that the statistics ruled out, say).
    /// </summary>
    internal void PlanWithoutStatistics() => Execute("SET disabled_optimizers = 'statistics_propagation,compressed_materialization,row_group_pruner'");

    /// <summary>Plans a statement of our own that will run often; if it reads tables, after <see cref="PlanWithoutStatistics"/>.</summary>
    internal PreparedSql Prepare(string sql) => new(
        _connection.NativeConnection, sql, _options.MemoryLimitBytes, message => Translate(DuckDbError.From(message, ""), new InvalidOperationException(message)));

    /// <summary>The connection, for appending rows.</summary>
    internal DuckDBConnection Connection => _connection;

    /// <summary>DuckDB's own handle, for what its .NET library does not offer.</summary>
    internal DuckDBNativeConnection Native => _connection.NativeConnection;

    private string TableSql(TableSchema schema, IReadOnlyList<ParquetFile> files)
    {
        var partitions = schema.PartitionColumns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var selects = Runs(files, f => string.Join('\0', schema.PartitionColumns.Select(c => SqlText.LiteralOrNull(Value(f, c)))))
            .SelectMany(run =>
            {
                var columns = string.Join(", ", schema.Columns.Select(c => partitions.Contains(c.Name)
                    ? $"CAST({SqlText.LiteralOrNull(Value(run[0], c.Name))} AS {c.Type}) AS {SqlText.Name(c.Name)}"
                    : $"CAST({SqlText.Name(c.Name)} AS {c.Type}) AS {SqlText.Name(c.Name)}"));
                return run[0].Rows is { } rows
                    ? rows.Select(range => $"SELECT {columns} FROM {ReadRows(run[0].Path, range)}")
                    : [$"SELECT {columns} FROM {ReadParquet(run.Select(f => f.Path))}"];
            })
            .ToList();
        return selects.Count == 0 ? SqlText.EmptySelect(schema.Columns) : string.Join(" UNION ALL ", selects);

        static string? Value(ParquetFile file, string column) => file.PartitionValues?
            .FirstOrDefault(p => string.Equals(p.Key, column, StringComparison.OrdinalIgnoreCase)).Value;
    }

    private void AddExact(string name, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> files, bool withOrder)
    {
        var order = withOrder ? $", {SplitNames.Order}" : "";
        if (files.Count == 0)
        {
            var schema = withOrder ? columns.Append(new ColumnSchema(SplitNames.Order, "UBIGINT")) : columns;
            AddView(name, SqlText.EmptySelect(schema));
            return;
        }

        var decoded = columns.Select(c => $"CAST({SqlText.Name(c.Name)} AS {c.Type}) AS {SqlText.Name(c.Name)}");
        var source = withOrder ? $"(SELECT *, file_index AS {SplitNames.Order} FROM {ReadParquet(files)})" : ReadParquet(files);
        AddView(name, $"SELECT {string.Join(", ", decoded)}{order} FROM {source}");
    }

    // Neighbours of one partition that are read whole share a scan; the order of files stays.
    private static List<List<ParquetFile>> Runs(IReadOnlyList<ParquetFile> files, Func<ParquetFile, string> partition)
    {
        var runs = new List<List<ParquetFile>>();
        foreach (var file in files)
        {
            if (file.Rows is null && runs.Count > 0 && runs[^1][0].Rows is null && partition(runs[^1][0]) == partition(file)) runs[^1].Add(file);
            else runs.Add([file]);
        }

        return runs;
    }

    private string ReadParquet(IEnumerable<string> paths)
    {
        var list = paths.ToList();
        _readable.AddRange(list);
        return $"read_parquet({SqlText.Literals(list)}, hive_partitioning = false)";
    }

    // A SELECT for each range: DuckDB skips row groups by this condition, but not where conditions are joined by OR.
    private string ReadRows(string path, (long First, long Last) range)
    {
        _readable.Add(path);
        return $"read_parquet({SqlText.Literal(path)}, hive_partitioning = false, file_row_number = true) "
            + $"WHERE file_row_number BETWEEN {SqlText.Number(range.First)} AND {SqlText.Number(range.Last)}";
    }

    private void AddView(string name, string sql)
    {
        if (IsConfined)
        {
            throw new InvalidOperationException("The session is confined: add every table before that.");
        }

        Execute($"CREATE OR REPLACE VIEW {SqlText.Name(name)} AS {sql}");
    }

    private Exception Translate(DuckDBException exception) => Translate(DuckDbError.From(exception), exception);

    internal Exception Translate(DuckDbError error, Exception exception)
    {
        return error.Type switch
        {
            "Out of Memory" when error.IsRefusalOfTheSystem => new SqlMemoryException(
                _options.MemoryLimitBytes, mayHeal: true,
                "The process was given no more memory while the query ran: either the query makes very large values, or other work took the memory. "
                + $"Try again when there is less to do, give the machine more memory, or filter earlier. DuckDB says: {FirstLine(error.Message)}",
                exception),
            "Out of Memory" => new SqlMemoryException(
                _options.MemoryLimitBytes, mayHeal: false,
                string.Create(CultureInfo.InvariantCulture, $"The query needed more than the {_options.MemoryLimitBytes / 1048576.0:0.#} MiB of memory that a task may use")
                + (_options.TempDirectory is null ? "" : " and could not move enough of it to disk")
                + $". Allow a task more memory, make tasks smaller, or filter earlier. DuckDB says: {FirstLine(error.Message)}",
                exception),
            "Parser" or "Binder" or "Catalog" => new SqlException(SqlErrorKind.Binding, error.Message, inner: exception),
            _ => new SqlExecutionException(error.Message + WhileReading(error), error.Type, exception),
        };
    }

    // What follows is advice about settings that are not the user's to make.
    private static string FirstLine(string message) => message.Split('\n')[0];

    /// <summary>A corrupt file does not always get named, and it may be what is wrong unless a value is.</summary>
    private string WhileReading(DuckDbError error) =>
        _readable.Count == 0 || error.Type is "Conversion" or "Out of Range" or "Mismatch Type" or "Divide by Zero" || _readable.Exists(p => error.Message.Contains(p, StringComparison.Ordinal))
            ? ""
            : $" (while reading {string.Join(", ", _readable.Take(3))}{(_readable.Count > 3 ? $" and {_readable.Count - 3} more files" : "")})";
}
