using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Writes the conditions on one table as predicates over its partitions' values and over row groups' statistics.</summary>
internal sealed class FilterWriter(SplitContext context, TableSchema table)
{
    /// <summary>Types whose statistics are ordered as DuckDB orders values.</summary>
    private static readonly HashSet<string> Ordered =
    [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL",
        "VARCHAR", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE",
    ];

    private readonly List<ColumnSchema> _statistics = [];

    public async Task<ScanFilter> WriteAsync(IReadOnlyList<JsonObject> conditions, CancellationToken cancellationToken)
    {
        var partitions = await WeakenAsync(conditions, OverPartitionsAsync, cancellationToken);
        var statistics = await WeakenAsync(conditions, OverStatisticsAsync, cancellationToken);
        return new ScanFilter(partitions, statistics, _statistics, await context.PrintExpressionsAsync(conditions, cancellationToken));
    }

    /// <summary>Conditions in which all that a leaf cannot express is taken to be true; null if nothing remains.</summary>
    private static async Task<string?> WeakenAsync(IEnumerable<JsonObject> conjuncts, Func<JsonObject, CancellationToken, Task<string?>> leaf, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        foreach (var conjunct in conjuncts)
        {
            if (await WeakenAsync(conjunct, leaf, cancellationToken) is { } part)
            {
                parts.Add($"({part})");
            }
        }

        return parts.Count == 0 ? null : string.Join(" AND ", parts);
    }

    private static async Task<string?> WeakenAsync(JsonObject condition, Func<JsonObject, CancellationToken, Task<string?>> leaf, CancellationToken cancellationToken)
    {
        switch (condition.Type())
        {
            case "CONJUNCTION_AND":
                return await WeakenAsync(condition.Objects("children"), leaf, cancellationToken);
            case "CONJUNCTION_OR":
                var parts = new List<string>();
                foreach (var child in condition.Objects("children"))
                {
                    if (await WeakenAsync(child, leaf, cancellationToken) is not { } part)
                    {
                        return null;
                    }

                    parts.Add($"({part})");
                }

                return string.Join(" OR ", parts);
            default:
                return await leaf(condition, cancellationToken);
        }
    }

    /// <summary>A condition on partition columns only holds for all rows of a partition or for none.</summary>
    private async Task<string?> OverPartitionsAsync(JsonObject condition, CancellationToken cancellationToken) =>
        condition.Everything().Where(n => n.IsExpression("COLUMN_REF")).All(n => table.PartitionColumns.Contains(n.Texts("column_names")[0], StringComparer.OrdinalIgnoreCase))
            ? (await context.PrintExpressionsAsync([condition], cancellationToken))[0]
            : null;

    private async Task<string?> OverStatisticsAsync(JsonObject condition, CancellationToken cancellationToken)
    {
        switch (condition.Type())
        {
            case "COMPARE_EQUAL" or "COMPARE_NOTEQUAL" or "COMPARE_LESSTHAN" or "COMPARE_LESSTHANOREQUALTO" or "COMPARE_GREATERTHAN" or "COMPARE_GREATERTHANOREQUALTO":
                var (left, right) = (condition.Object("left")!, condition.Object("right")!);
                return Column(left) is not null
                    ? await CompareAsync(left, condition.Type(), right, cancellationToken)
                    : await CompareAsync(right, Mirror(condition.Type()), left, cancellationToken);
            case "COMPARE_BETWEEN":
                return Both(
                    await CompareAsync(condition.Object("input")!, "COMPARE_GREATERTHANOREQUALTO", condition.Object("lower")!, cancellationToken),
                    await CompareAsync(condition.Object("input")!, "COMPARE_LESSTHANOREQUALTO", condition.Object("upper")!, cancellationToken));
            case "COMPARE_IN":
                return await AnyOfAsync([.. condition.Objects("children")], cancellationToken);
            case "OPERATOR_IS_NULL" when Column(condition.Objects("children").First()) is { } column:
                return $"coalesce({Use(column, "nulls")} > 0, true)";
            case "OPERATOR_IS_NOT_NULL" when Column(condition.Objects("children").First()) is { } column:
                return $"coalesce({Use(column, "nulls")} < row_count, true)";
            case "FUNCTION":
                return StartsWith(condition);
            default:
                return null;
        }
    }

    private async Task<string?> AnyOfAsync(IReadOnlyList<JsonObject> children, CancellationToken cancellationToken)
    {
        var parts = new List<string>();
        foreach (var value in children.Skip(1))
        {
            if (await CompareAsync(children[0], "COMPARE_EQUAL", value, cancellationToken) is not { } part)
            {
                return null;
            }

            parts.Add($"({part})");
        }

        return parts.Count == 0 ? null : string.Join(" OR ", parts);
    }

    private async Task<string?> CompareAsync(JsonObject left, string comparison, JsonObject value, CancellationToken cancellationToken)
    {
        if (Column(left) is not { } column || !AggregateStates.IsConstant(value) || value.Everything().Any(n => n.IsExpression("COLLATE")))
        {
            return null;
        }

        // Statistics order values as the column's type does. A text compared with a number is compared as a number, in another order.
        var kind = DuckDbType.Parse(column.Type).Name;
        var isText = kind == "VARCHAR";
        var text = (await context.PrintExpressionsAsync([value], cancellationToken))[0];
        var described = await context.Binder.TryDescribeAsync($"SELECT {text}", cancellationToken);
        if (described is not [var type] || (isText ? type.Type != "VARCHAR" : type.Type == "VARCHAR" && !value.IsExpression("CONSTANT")) || !Ordered.Contains(kind))
        {
            return null;
        }

        // Footers leave NaN out, which DuckDB holds to be greater than all numbers.
        var isFloat = kind is "FLOAT" or "DOUBLE";
        var guard = isFloat ? $"isnan(CAST(({text}) AS DOUBLE)) OR " : "";
        var (min, max) = (Use(column, "min"), Use(column, "max"));
        return comparison switch
        {
            "COMPARE_EQUAL" => May(column, $"{guard}({min} <= ({text}) AND {max} >= ({text}))"),
            "COMPARE_LESSTHAN" => May(column, $"{guard}{min} < ({text})"),
            "COMPARE_LESSTHANOREQUALTO" => May(column, $"{guard}{min} <= ({text})"),
            _ when isFloat => null,
            "COMPARE_NOTEQUAL" => May(column, $"{min} <> ({text}) OR {max} <> ({text})"),
            "COMPARE_GREATERTHAN" => May(column, $"{max} > ({text})"),
            _ => May(column, $"{max} >= ({text})"),
        };
    }

    private string? StartsWith(JsonObject function)
    {
        if (function.Objects("children").ToList() is not [var left, var pattern] || Column(left) is not { Type: "VARCHAR" } column
            || pattern.ConstantText() is not { } text)
        {
            return null;
        }

        var prefix = function.Text("function_name").ToLowerInvariant() switch
        {
            "~~" => text.AsSpan().IndexOfAny('%', '_') is var end and >= 0 ? text[..end] : text,
            "starts_with" or "prefix" or "^@" => text,
            _ => "",
        };
        if (prefix.Length == 0)
        {
            return null;
        }

        var literal = SqlText.Literal(prefix);
        return May(column, $"left({Use(column, "min")}, length({literal})) <= {literal} AND {Use(column, "max")} >= {literal}");
    }

    /// <summary>A comparison, which no null meets. Without bounds, only a row group of nulls alone is skipped.</summary>
    private string May(ColumnSchema column, string predicate) => $"coalesce({predicate}, {Use(column, "nulls")} IS DISTINCT FROM row_count)";

    private static string? Both(string? a, string? b) => a is not null && b is not null ? $"{a} AND {b}" : a ?? b;

    private static string Mirror(string comparison) => comparison switch
    {
        "COMPARE_LESSTHAN" => "COMPARE_GREATERTHAN",
        "COMPARE_LESSTHANOREQUALTO" => "COMPARE_GREATERTHANOREQUALTO",
        "COMPARE_GREATERTHAN" => "COMPARE_LESSTHAN",
        "COMPARE_GREATERTHANOREQUALTO" => "COMPARE_LESSTHANOREQUALTO",
        _ => comparison,
    };

    /// <summary>The column that an expression is, if its values are in the files.</summary>
    private ColumnSchema? Column(JsonObject expression) =>
        expression.IsExpression("COLUMN_REF") && expression.Texts("column_names") is [var name] && !table.PartitionColumns.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? table.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))
            : null;

    private string Use(ColumnSchema column, string statistic)
    {
        if (!_statistics.Contains(column))
        {
            _statistics.Add(column);
        }

        return SqlText.Name($"{statistic}_{column.Name}");
    }
}
