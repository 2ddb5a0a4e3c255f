using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// Reads the rows of a sink's outputs, in confined sessions that the sink keeps from commit to commit. Nobody else uses them, as a condition of one stream must not meet the rows of another.
/// </summary>
public sealed class StreamOutputReader : IDisposable
{
    private const int PageRows = 10_000;

    private readonly SessionPool<OutputSession> _sessions;

    /// <summary>Opens nothing yet.</summary>
    public StreamOutputReader() => _sessions = new(() => new OutputSession(_sessions!), session => session.Close());

    /// <summary>Opens a confined session in which the output is the table <c>output</c>: its rows in order, under the result's stored names.</summary>
    internal OutputSession Open(StreamOutput output)
    {
        var session = _sessions.Take();
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
    public void Dispose() => _sessions.Dispose();
}
