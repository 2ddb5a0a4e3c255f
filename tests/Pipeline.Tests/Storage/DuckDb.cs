using DuckDB.NET.Data;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>A DuckDB in memory, asked directly: what Pipeline must agree with.</summary>
internal sealed class DuckDb : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public DuckDb()
    {
        _connection.Open();
        Run("SET TimeZone = 'UTC'");
    }

    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public List<object?[]> Rows(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    public object? Value(string sql) => Rows(sql)[0][0];

    /// <summary>Asserts that a footer gives the columns the names and types that DuckDB sees. DuckDB quotes the names of fields where it must,
    /// Pipeline always: DuckDB reads both and prints them alike.</summary>
    public void AssertTypesAre(string file, ParquetFooter footer)
    {
        var expected = Rows($"SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet('{file}'))");
        var casts = footer.Columns.Select(c => $"NULL::{c.Type} AS \"{c.Name}\"");
        var actual = Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT {string.Join(", ", casts)})");
        Assert.Equal(expected.Select(r => $"{r[0]} {r[1]}"), actual.Select(r => $"{r[0]} {r[1]}"));
    }

    /// <summary>Writes a query's result as Parquet.</summary>
    public void Write(string sql, string file, string options = "") =>
        Run($"COPY ({sql}) TO '{file.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet{(options.Length > 0 ? ", " + options : "")})");

    public void Dispose() => _connection.Dispose();
}
