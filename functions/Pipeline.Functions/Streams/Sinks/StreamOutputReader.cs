using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Reads the rows of an output.</summary>
public static class StreamOutputReader
{
    private const int PageRows = 10_000;

    /// <summary>Opens a confined session in which the output is the table <c>output</c>: its rows in order, under the result's stored names.</summary>
    public static DuckDbSession Open(StreamOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("output", ParquetCarrier.WithStoredNames(output.Columns)), [new ParquetFile(output.File)]);
        session.Confine();
        return session;
    }

    /// <summary>The rows in order, each a JSON array of the values in the columns' order; NaN and infinities are strings.</summary>
    public static async IAsyncEnumerable<string> ReadAsync(StreamOutput output, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var session = Open(output);
        for (var first = 0L; first < output.Rows; first += PageRows)
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM output OFFSET {first}");
            var page = await session.ReadRowsAsync(sql, output.Columns, PageRows, cancellationToken);
            foreach (var row in page.Rows)
                yield return row;
        }
    }
}
