using DuckDB.NET.Data;

namespace Pipeline.EndToEnd.Fixtures;

/// <summary>Makes Parquet files, and asks DuckDB directly for the answers to compare with.</summary>
internal sealed class TestData : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-data-").FullName;
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public TestData() => _connection.Open();

    /// <summary>Makes a Parquet file of a query.</summary>
    /// <param name="sql">The rows.</param>
    /// <param name="rowGroup">Rows a row group.</param>
    public byte[] Parquet(string sql, int rowGroup = 100_000)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():n}.parquet");
        Execute($"COPY ({sql}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE {rowGroup})");
        return File.ReadAllBytes(path);
    }

    /// <summary>Runs a statement.</summary>
    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>DuckDB's own answer: a JSON object a row.</summary>
    public List<string> Ask(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT CAST(to_json(r) AS VARCHAR) FROM ({sql}) r";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    public void Dispose()
    {
        _connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
