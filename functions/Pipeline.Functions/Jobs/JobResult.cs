using System.Text.Json;

namespace Pipeline.Jobs;

/// <summary>A job's result (<c>GET /api/jobs/{id}/result</c>).</summary>
/// <param name="Columns">The columns, in order.</param>
/// <param name="Rows">The first rows, each an array of JSON values in the order of the columns. Whole numbers beyond 2^53 and
/// decimals are JSON numbers with all their digits; dates and times are ISO 8601 texts; binary values are base64.</param>
/// <param name="RowCount">How many rows the result has; more than <paramref name="Rows"/> if it was cut by <c>top</c>.</param>
/// <param name="Files">Where the whole result lies, as <c>container/path</c>.</param>
public sealed record JobResult(
    IReadOnlyList<ResultColumn> Columns,
    IReadOnlyList<JsonElement> Rows,
    long RowCount,
    IReadOnlyList<string> Files);
