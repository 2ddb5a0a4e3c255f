using DuckDB.NET.Native;

namespace Pipeline.Sql;

/// <summary>A statement of our own that is planned once and run often. Belongs to its session and is not safe for use by two threads at a time.</summary>
internal sealed class PreparedSql : IDisposable
{
    private readonly DuckDBNativeConnection _connection;
    private readonly DuckDBPreparedStatement _statement;
    private readonly Func<string, Exception> _translate;
    private readonly long _memoryLimit;
    private readonly int _parameters;

    public PreparedSql(DuckDBNativeConnection connection, string sql, long memoryLimit, Func<string, Exception> translate)
    {
        (_connection, _memoryLimit, _translate) = (connection, memoryLimit, translate);
        if (NativeMethods.PreparedStatements.DuckDBPrepare(connection, sql, out _statement) != DuckDBState.Success)
        {
            var message = NativeMethods.PreparedStatements.DuckDBPrepareError(_statement);
            _statement.Dispose();
            throw translate(message);
        }

        _parameters = (int)NativeMethods.PreparedStatements.DuckDBParams(_statement);
    }

    /// <summary>Runs the statement on this thread; cancelling interrupts it.</summary>
    /// <param name="cancellationToken">Interrupts the statement.</param>
    /// <param name="values">Values of $1, $2, …; those that the statement does not name are left out.</param>
    /// <returns>The rows that it inserted, changed or deleted.</returns>
    public long Run(CancellationToken cancellationToken, params ReadOnlySpan<long> values)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var i = 0; i < Math.Min(values.Length, _parameters); i++)
        {
            NativeMethods.PreparedStatements.DuckDBBindInt64(_statement, i + 1, values[i]);
        }

        using var ceiling = MemoryCeiling.Hold(_memoryLimit);
        using var interrupt = cancellationToken.UnsafeRegister(static c => NativeMethods.Startup.DuckDBInterrupt((DuckDBNativeConnection)c!), _connection);
        var state = NativeMethods.PreparedStatements.DuckDBExecutePrepared(_statement, out var result);
        try
        {
            if (state == DuckDBState.Success)
            {
                return NativeMethods.Query.DuckDBRowsChanged(ref result);
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw _translate(NativeMethods.Query.DuckDBResultError(ref result));
        }
        finally
        {
            NativeMethods.Query.DuckDBDestroyResult(ref result);
        }
    }

    public void Dispose() => _statement.Dispose();
}
