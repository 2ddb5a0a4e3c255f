using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// The rows of a row-wise query that wait to be taken. Each batch's go straight from the events into a Parquet file, as they are given out: most
/// often one batch is taken at a time, and its file is the result.
/// </summary>
internal sealed class RowOutput : IDisposable
{
    private readonly DuckDbSession _session;
    private readonly IReadOnlyList<ColumnSchema> _stored;
    private readonly string _folder;
    private readonly string _next;
    private readonly PreparedSql _copy;
    private readonly List<string> _files = [];
    private long _rows;
    private int _number;

    /// <param name="session">Where the events are.</param>
    /// <param name="plan">The query.</param>
    /// <param name="folder">Where rows wait.</param>
    public RowOutput(DuckDbSession session, StreamPlan plan, string folder)
    {
        (_session, _stored, _folder) = (session, ParquetCarrier.StoredColumns(plan.Result), folder);
        _next = Path.Combine(folder, "rows.parquet");
        _copy = session.PrepareResult(plan.PartialSql, plan.Result, _next);
    }

    /// <summary>Adds the rows of the events that the scan reads.</summary>
    public void Append(CancellationToken cancellationToken)
    {
        var rows = _copy.Run(cancellationToken);
        if (rows == 0)
        {
            return;
        }

        var file = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"rows-{++_number}.parquet"));
        File.Move(_next, file, overwrite: true);
        _files.Add(file);
        _rows += rows;
    }

    /// <summary>Takes all rows into a file; gives how many, and no file if there are none.</summary>
    public async Task<long> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var rows = _rows;
        if (_files is [var only])
        {
            File.Move(only, path, overwrite: true);
            _files.Clear();
        }
        else if (rows > 0)
        {
            await _session.WriteResultAsync($"SELECT * FROM {Read()}", _stored, path, "snappy", [], cancellationToken);
        }

        foreach (var file in _files)
        {
            File.Delete(file);
        }

        _files.Clear();
        _rows = 0;
        return rows;
    }

    public void Dispose() => _copy.Dispose();

    private string Read() => $"read_parquet({SqlText.Literals(_files)}, hive_partitioning = false)";
}
