using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Where rows meet a model: a confined session, for one file of rows after the other. It reads and writes in a folder of its own, so rows are brought there.</summary>
internal sealed class ScoringSession : IDisposable
{
    private const string Rows = "scored_rows";
    private const string Numbered = "numbered_rows";
    private const string Number = "pipeline row number";

    private readonly LoadedModel _model;
    private readonly IReadOnlyList<ColumnSchema> _result;
    private readonly TaskFolder _folder = TaskFolder.Create();
    private readonly DuckDbSession _session;
    private readonly string _rows;
    private readonly string _scored;
    private readonly string _inputs;
    private bool _isSetUp;

    /// <param name="model">The model.</param>
    /// <param name="columns">The columns of the rows.</param>
    /// <param name="said">The columns of what the model says.</param>
    /// <param name="time">The clock.</param>
    public ScoringSession(LoadedModel model, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<ColumnSchema> said, TimeProvider time)
    {
        (_model, _result) = (model, [.. columns, .. said]);
        (_rows, _scored) = (_folder.File("rows.parquet"), _folder.File("scored.parquet"));
        _session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 512L << 20, TempDirectory = _folder.Path }, time);
        _session.Confine(_folder.Path + Path.DirectorySeparatorChar);
        SaidTable.Create(_session, said);
        // What cannot be cast is missing, as far as the model goes.
        _inputs = string.Join(", ", model.Document.Columns.Select(c => $"TRY_CAST({SqlText.Name(c.Name)} AS {c.Type}) AS {SqlText.Name(c.Name)}"));
        Columns = columns;
    }

    private IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>Writes the rows of a file with what the model says of them.</summary>
    public async Task ScoreAsync(string file, string target, CancellationToken cancellationToken)
    {
        File.Copy(file, _rows, overwrite: true);
        if (!_isSetUp)
        {
            // Only now is there a file to look at.
            _session.ShowTable(new TableSchema(Rows, ParquetCarrier.WithStoredNames(Columns)), [new ParquetFile(_rows)]);
            ShowAll();
            _isSetUp = true;
        }
        var (samples, used) = (SampleReader.Empty(_model.Document.Data), new List<bool>());
        try
        {
            await ReadAsync(samples, used, cancellationToken);
        }
        catch (SqlExecutionException e) when (!e.MayHeal)
        {
            (samples, used) = (SampleReader.Empty(_model.Document.Data), []);
            _session.Execute($"CREATE OR REPLACE TABLE {Numbered} AS SELECT {_inputs}, row_number() OVER () - 1 AS {SqlText.Name(Number)} FROM {Rows}");
            var count = _session.Read($"SELECT count(*) FROM {Numbered}", reader => reader.Read() ? reader.GetInt64(0) : 0);
            await ReadHalvesAsync(0, count, samples, used, cancellationToken);
            ShowAll();
            _session.Execute($"DROP TABLE {Numbered}");
        }
        SaidTable.Fill(_session, _model.Document, ModelRuntime.Predict(_model, samples, cancellationToken), used);
        await _session.WriteResultAsync($"SELECT * FROM {Rows} POSITIONAL JOIN {SaidTable.Name}", _result, _scored, "snappy", [], cancellationToken);
        File.Move(_scored, target, overwrite: true);
        File.Delete(_rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _folder.Dispose();
    }

    private void ShowAll() => _session.Execute($"CREATE OR REPLACE VIEW {SampleSource.Table} AS SELECT {_inputs} FROM {Rows}");

    private Task<bool> ReadAsync(Samples samples, List<bool> used, CancellationToken cancellationToken) => _session.RunAsync(_model.Source.Sql, rows =>
    {
        new SampleReader(_model.Document.Data, withLabel: false).ReadUsable(rows, samples, used);
        return true;
    }, cancellationToken);

    // Where a feature fails over some row, halves find which: the others count.
    private async Task ReadHalvesAsync(long first, long end, Samples samples, List<bool> used, CancellationToken cancellationToken)
    {
        var number = SqlText.Name(Number);
        _session.Execute($"CREATE OR REPLACE VIEW {SampleSource.Table} AS SELECT * EXCLUDE ({number}) FROM {Numbered} WHERE {number} >= {SqlText.Number(first)} AND {number} < {SqlText.Number(end)}");
        var (some, which) = (SampleReader.Empty(_model.Document.Data), new List<bool>());
        try
        {
            await ReadAsync(some, which, cancellationToken);
            for (var i = 0; i < some.Count; i++)
                samples.Add(some, i);
            used.AddRange(which);
        }
        catch (SqlExecutionException e) when (!e.MayHeal)
        {
            if (end - first == 1)
            {
                used.Add(false);
                return;
            }
            var middle = first + ((end - first) / 2);
            await ReadHalvesAsync(first, middle, samples, used, cancellationToken);
            await ReadHalvesAsync(middle, end, samples, used, cancellationToken);
        }
    }
}
