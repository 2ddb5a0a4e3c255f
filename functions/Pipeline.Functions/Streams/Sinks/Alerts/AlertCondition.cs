using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>A condition on the rows of a result.</summary>
/// <param name="Text">The condition, in SQL.</param>
internal sealed record AlertCondition(string Text)
{
    private const string Number = "pipeline row number";

    /// <summary>Why this is no condition on rows with these columns; null where it is one.</summary>
    public async Task<string?> FaultAsync(IReadOnlyList<ColumnSchema> columns, CancellationToken cancellationToken)
    {
        var stored = ParquetCarrier.WithStoredNames(columns);
        try
        {
            await ConditionSql.CheckAsync(Text, stored, cancellationToken);
            return null;
        }
        catch (SqlException e)
        {
            return $"It is no condition on the columns {string.Join(", ", stored.Select(c => c.Name))}: {e.Message}";
        }
    }

    /// <summary>The rows of an output that meet it, by their numbers, each as a JSON array.</summary>
    public async Task<IReadOnlyList<(long Number, string Row)>> MatchesAsync(StreamOutputReader reader, StreamOutput output, int most, CancellationToken cancellationToken)
    {
        using var opened = reader.Open(output);
        var name = SqlText.Name(Number);
        var sql = $"SELECT * EXCLUDE ({name}), {name} FROM (SELECT *, row_number() OVER () - 1 AS {name} FROM output) WHERE ({Text}\n)";
        var found = await opened.Session.ReadRowsAsync(sql, [.. output.Columns, new ColumnSchema(Number, "BIGINT")], most, cancellationToken);
        return [.. found.Rows.Select(row => (long.Parse(row.AsSpan(row.LastIndexOf(',') + 1).TrimEnd(']'), CultureInfo.InvariantCulture), row))];
    }
}
