using Microsoft.Data.Sqlite;

namespace Pipeline.Embedded.Durable;

/// <summary>A connection that reads, with the statements that it has prepared.</summary>
internal sealed class ReadConnection(string path) : IDisposable
{
    private readonly SqliteConnection connection = StoreDatabase.Open(path, readOnly: true);
    private readonly Dictionary<string, Statement> statements = [];

    public Statement Statement(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
            statements[sql] = statement = new Statement(connection, sql);
        return statement;
    }

    /// <summary>From the first read on, the same moment of the store is seen, until the end.</summary>
    public void Begin() => Statement("BEGIN").Execute();

    public void End() => Statement("COMMIT").Execute();

    public void Dispose()
    {
        foreach (var statement in statements.Values)
            statement.Dispose();
        connection.Dispose();
    }
}
