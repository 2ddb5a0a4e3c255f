using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>A model for rows in files of one kind.</summary>
internal sealed class RowScorer : IRowScorer
{
    private readonly LoadedModel _model;
    private readonly SessionPool<ScoringSession> _sessions;

    /// <param name="model">The model.</param>
    /// <param name="name">What the column of its predictions is called.</param>
    /// <param name="columns">The columns of the rows.</param>
    /// <param name="time">The clock.</param>
    public RowScorer(LoadedModel model, string name, IReadOnlyList<ColumnSchema> columns, TimeProvider time)
    {
        (_model, Columns) = (model, SaidTable.Columns(model.Document, name));
        _sessions = new(() => new ScoringSession(model, columns, Columns, time), session => session.Dispose());
    }

    /// <inheritdoc/>
    public int Version => _model.Document.Version;

    /// <inheritdoc/>
    public string Fingerprint => _model.ETag;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <inheritdoc/>
    public async Task ScoreAsync(string file, string target, CancellationToken cancellationToken)
    {
        var session = _sessions.Take();
        try
        {
            await session.ScoreAsync(file, target, cancellationToken);
        }
        catch
        {
            session.Dispose(); // Whatever is wrong with it, the next rows must not meet it.
            throw;
        }
        _sessions.GiveBack(session);
    }

    /// <inheritdoc/>
    public void Dispose() => _sessions.Dispose();
}
