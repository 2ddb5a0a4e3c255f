using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>A model for rows in files of one kind.</summary>
internal sealed class RowScorer(LoadedModel model, string name, IReadOnlyList<ColumnSchema> columns, TimeProvider time) : IRowScorer
{
    private const string Rows = "scored_rows";
    private const string Number = "pipeline row number";

    /// <inheritdoc/>
    public int Version => model.Document.Version;

    /// <inheritdoc/>
    public string Fingerprint => model.ETag;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnSchema> Columns { get; } = SaidTable.Columns(model.Document, name);

    /// <inheritdoc/>
    public async Task ScoreAsync(string file, string target, CancellationToken cancellationToken)
    {
        using var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = 512L << 20 }, time);
        var stored = ParquetCarrier.WithStoredNames(columns);
        session.AddTable(new TableSchema(Rows, stored), [new ParquetFile(file)]);
        session.Confine(target);
        // What cannot be cast is missing, as far as the model goes.
        var needed = model.Document.Columns.Select(c => $"TRY_CAST({SqlText.Name(c.Name)} AS {c.Type}) AS {SqlText.Name(c.Name)}");
        session.Execute($"CREATE TABLE inputs AS SELECT {string.Join(", ", needed)}, row_number() OVER () - 1 AS {SqlText.Name(Number)} FROM {Rows}");
        var count = session.Read("SELECT count(*) FROM inputs", reader => reader.Read() ? reader.GetInt64(0) : 0);
        var (samples, used) = (SampleReader.Empty(model.Document.Data), new List<bool>());
        await ReadAsync(session, 0, checked((int)count), samples, used, cancellationToken);
        SaidTable.Create(session, model.Document, ModelRuntime.Predict(model, samples, cancellationToken), name, used);
        await session.WriteResultAsync($"SELECT * FROM {Rows} POSITIONAL JOIN {SaidTable.Name}", [.. columns, .. Columns], target, "snappy", [], cancellationToken);
    }

    // Where a feature fails over some row, halves find which: the others count.
    private async Task ReadAsync(DuckDbSession session, int first, int end, Samples samples, List<bool> used, CancellationToken cancellationToken)
    {
        if (first == end)
            return;
        var number = SqlText.Name(Number);
        session.Execute($"CREATE OR REPLACE VIEW {SampleSource.Table} AS SELECT * EXCLUDE ({number}) FROM inputs WHERE {number} >= {SqlText.Number(first)} AND {number} < {SqlText.Number(end)}");
        try
        {
            var (some, which) = (SampleReader.Empty(model.Document.Data), new List<bool>());
            await session.RunAsync(model.Source.Sql, rows =>
            {
                new SampleReader(model.Document.Data, withLabel: false).ReadUsable(rows, some, which);
                return true;
            }, cancellationToken);
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
            await ReadAsync(session, first, middle, samples, used, cancellationToken);
            await ReadAsync(session, middle, end, samples, used, cancellationToken);
        }
    }
}
