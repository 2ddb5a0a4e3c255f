using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>Makes the query that gives samples of a table's rows. Features and labels may be any expression of one row; they go through
/// the same check as every query of strangers.</summary>
public sealed class SampleSourceBuilder(QueryPlanner queries)
{
    /// <summary>Makes the query.</summary>
    /// <param name="data">What samples are made of.</param>
    /// <param name="columns">The columns of the table.</param>
    /// <param name="partitionColumns">Those that come from folders' names.</param>
    /// <param name="dataset">What the table is called in messages.</param>
    /// <param name="shardBy">What rows are shared out by; null for nothing.</param>
    /// <param name="withLabel">Whether the label is read.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SpecException">A column is missing, or an expression is wrong; all such faults at once.</exception>
    public async Task<SampleSource> BuildAsync(
        DataSpec data, IReadOnlyList<ColumnSchema> columns, IReadOnlyList<string> partitionColumns, string dataset, string? shardBy, bool withLabel, CancellationToken cancellationToken)
    {
        var wanted = new List<(string Expression, string Pointer, string As)>();
        if (data.Image is { } image)
            wanted.Add((image.Column, "/data/image/column", "BLOB"));
        wanted.AddRange(data.Features.Select((f, i) => (f.Column, $"/data/features/{i}", "DOUBLE")));
        if (withLabel)
            wanted.Add((data.Label.Column, "/data/label", data.Label.IsText ? "VARCHAR" : "DOUBLE"));
        if (shardBy is not null)
            wanted.Add((shardBy, "/strategy/shardBy", "VARCHAR"));

        var schema = new TableSchema(SampleSource.Table, columns) { PartitionColumns = partitionColumns };
        var faults = new List<SpecFault>();
        foreach (var (expression, pointer, type) in wanted)
        {
            if (await FaultAsync(expression, type, schema, dataset, cancellationToken) is { } fault)
                faults.Add(new SpecFault(pointer, fault));
        }
        if (data.Where is not null && await FaultAsync(data.Where, "BOOLEAN", schema, dataset, cancellationToken) is { } wrongCondition)
            faults.Add(new SpecFault("/data/where", wrongCondition));
        if (faults.Count > 0)
            throw new SpecException(faults);

        var select = wanted.Select((w, i) => $"{Term(w.Expression, schema)} AS v{i}");
        var plan = await PlanAsync($"SELECT {string.Join(", ", select)} FROM {SampleSource.Table}{(data.Where is null ? "" : $" WHERE ({data.Where}\n)")}", schema, cancellationToken);
        var rows = plan.Split!.Blocks[0];
        var names = rows.Columns.Select((_, i) => $"v{i}").ToList();
        var cast = wanted.Select((w, i) => $"CAST(v{i} AS {w.As})");
        return new SampleSource(columns, partitionColumns, NeverNone(rows.Large.Columns, columns), $"SELECT {string.Join(", ", cast)} FROM ({rows.PartialSql}) AS samples({string.Join(", ", names)})");
    }

    private async Task<string?> FaultAsync(string expression, string type, TableSchema schema, string dataset, CancellationToken cancellationToken)
    {
        // What looks like a name and is none is a slip of the pen, for which there is better to say than DuckDB would.
        if (expression.All(c => char.IsLetterOrDigit(c) || c == '_') && !char.IsDigit(expression[0]) && Find(expression, schema) is null)
            return $"Dataset '{dataset}' has no column '{expression}'.{NearestName.Hint(expression, schema.Columns.Select(c => c.Name))}";
        try
        {
            var plan = await PlanAsync($"SELECT {Term(expression, schema)} AS value FROM {SampleSource.Table}", schema, cancellationToken);
            var given = plan.Result[0].Type;
            if (plan.Result.Count != 1 || plan.Split is not { PartialsAreResult: true, Blocks: [{ Kind: ScanBlockKind.Rows, Inputs: [] }] })
                return $"'{expression}' is not a value of one row{(plan.Reason is null ? "" : $": {plan.Reason}")}. Leave out aggregates, windows and subqueries.";
            return type switch
            {
                "DOUBLE" when !IsNumeric(given) => $"'{expression}' is {given}, not a number.{(given is "VARCHAR" ? " Use label.names for labels that are texts, and 'oneHot' over a number for features." : "")}",
                "BLOB" when given != "BLOB" => $"'{expression}' is {given}; images are BLOB columns.",
                "BOOLEAN" when given != "BOOLEAN" => $"'{expression}' is {given}; a condition is true or false.",
                _ => null,
            };
        }
        catch (SqlException e)
        {
            return e.Message;
        }
    }

    // One column may be needed at least, as a table without columns has no rows.
    private static IReadOnlyList<string> NeverNone(IReadOnlyList<string> needed, IReadOnlyList<ColumnSchema> all) => needed.Count > 0 ? needed : [all[0].Name];

    private static string Term(string expression, TableSchema schema) => Find(expression, schema) is { } column ? SqlText.Name(column) : $"({expression}\n)";

    private static string? Find(string name, TableSchema schema) =>
        schema.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))?.Name;

    private Task<QueryPlan> PlanAsync(string sql, TableSchema schema, CancellationToken cancellationToken) => queries.PlanAsync(sql, [schema], schema.Name, cancellationToken);

    private static bool IsNumeric(string type) => type is "BOOLEAN" or "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT"
        or "FLOAT" or "DOUBLE" || type.StartsWith("DECIMAL", StringComparison.Ordinal);
}
