using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipeline.Streams;

/// <summary>
/// Reads the rows of a sink's outputs, in confined sessions that the sink keeps from commit to commit: to open one costs many times what
/// most outputs do. Nobody else uses them, as a condition of one stream must not meet the rows of another.
/// </summary>
public sealed class StreamOutputReader : IDisposable
{
    private const int PageRows = 10_000;

    // Partitions publish side by side, but hardly more of them at a time than there are processors.
    private static readonly int s_kept = Math.Clamp(Environment.ProcessorCount, 2, 8);

    private readonly Lock _gate = new();
    private readonly Stack<OutputSession> _idle = new();
    private bool _disposed;

    /// <summary>Opens a confined session in which the output is the table <c>output</c>: its rows in order, under the result's stored names.</summary>
    internal OutputSession Open(StreamOutput output)
    {
        var session = Take() ?? new OutputSession(this);
        try
        {
            session.Show(output);
            return session;
        }
        catch
        {
            session.Close();
            throw;
        }
    }

    /// <summary>The rows in order, each a JSON array of the values in the columns' order; NaN and infinities are strings.</summary>
    public async IAsyncEnumerable<string> ReadAsync(StreamOutput output, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var opened = Open(output);
        for (var first = 0L; first < output.Rows; first += PageRows)
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM {OutputSession.Table} OFFSET {first}");
            var page = await opened.Session.ReadRowsAsync(sql, output.Columns, PageRows, cancellationToken);
            foreach (var row in page.Rows)
                yield return row;
        }
    }

    /// <summary>Closes what is kept. Sessions in use are closed when they are given back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var idle))
                idle.Close();
        }
    }

    internal void GiveBack(OutputSession session)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < s_kept)
            {
                _idle.Push(session);
                return;
            }
        }
        session.Close();
    }

    private OutputSession? Take()
    {
        lock (_gate)
            return _idle.TryPop(out var idle) ? idle : null;
    }
}
