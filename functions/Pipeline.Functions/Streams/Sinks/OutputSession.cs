using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>A session of a <see cref="StreamOutputReader"/> while it is in use. It reads and writes in a folder of its own and nowhere
/// else, so an output is brought there.</summary>
internal sealed class OutputSession : IDisposable
{
    /// <summary>What the output is called in a query.</summary>
    public const string Table = "output";

    private readonly SessionPool<OutputSession> _pool;
    private readonly TaskFolder _folder;
    private readonly string _file;

    public OutputSession(SessionPool<OutputSession> pool)
    {
        (_pool, _folder) = (pool, TaskFolder.Create());
        _file = _folder.File("output.parquet");
        Session = DuckDbSession.Open(new DuckDbSessionOptions { TempDirectory = _folder.Path });
        Session.Confine(_folder.Path + Path.DirectorySeparatorChar);
    }

    /// <summary>The session.</summary>
    public DuckDbSession Session { get; }

    /// <summary>The path of a file that the session may write. Whoever wrote it takes it away.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>Shows an output as the table.</summary>
    public void Show(StreamOutput output)
    {
        System.IO.File.Copy(output.File, _file, overwrite: true);
        Session.ShowTable(new TableSchema(Table, ParquetCarrier.WithStoredNames(output.Columns)), [new ParquetFile(_file)]);
    }

    /// <summary>Gives the session back, without the output.</summary>
    public void Dispose()
    {
        try
        {
            Session.Execute($"DROP VIEW IF EXISTS {Table}");
            System.IO.File.Delete(_file);
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException or SqlMemoryException or IOException or UnauthorizedAccessException)
        {
            Close(); // Whatever is wrong with it, the next commit must not meet it.
            return;
        }
        _pool.GiveBack(this);
    }

    /// <summary>Closes the session for good.</summary>
    public void Close()
    {
        Session.Dispose();
        _folder.Dispose();
    }
}
