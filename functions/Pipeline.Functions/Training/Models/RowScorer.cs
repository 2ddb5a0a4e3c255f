using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>A model for rows in files of one kind.</summary>
internal sealed class RowScorer(LoadedModel model, string name, IReadOnlyList<ColumnSchema> columns, TimeProvider time) : IRowScorer
{
    // Partitions are scored side by side, but hardly more of them at a time than there are processors.
    private static readonly int s_kept = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Lock _gate = new();
    private readonly Stack<ScoringSession> _idle = new();
    private bool _disposed;

    /// <inheritdoc/>
    public int Version => model.Document.Version;

    /// <inheritdoc/>
    public string Fingerprint => model.ETag;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnSchema> Columns { get; } = SaidTable.Columns(model.Document, name);

    /// <inheritdoc/>
    public async Task ScoreAsync(string file, string target, CancellationToken cancellationToken)
    {
        var session = Take() ?? new ScoringSession(model, columns, Columns, time);
        try
        {
            await session.ScoreAsync(file, target, cancellationToken);
        }
        catch
        {
            session.Dispose(); // Whatever is wrong with it, the next rows must not meet it.
            throw;
        }
        GiveBack(session);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var idle))
                idle.Dispose();
        }
    }

    private ScoringSession? Take()
    {
        lock (_gate)
            return _idle.TryPop(out var idle) ? idle : null;
    }

    private void GiveBack(ScoringSession session)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < s_kept)
            {
                _idle.Push(session);
                return;
            }
        }
        session.Dispose();
    }
}
