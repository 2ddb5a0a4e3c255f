namespace Pipeline.Sql;

/// <summary>Aggregates that merge by themselves or by a sum: counts, sums, averages, extremes, logic.</summary>
internal static class SimpleAggregates
{
    private static readonly HashSet<string> Numbers =
        ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL"];

    /// <summary>True if rows may be regrouped before merging without changing the value.</summary>
    public static bool IsInsensitiveToOrder(AggregateCall call) => call.Name is
        "count" or "count_star" or "count_if" or "countif" or "sum" or "min" or "max" or "avg" or "mean" or "bool_and" or "bool_or" or "bit_and" or "bit_or" or "bit_xor"
        && For(call, ["BIGINT"]) is not null;

    public static AggregateState? For(AggregateCall call, IReadOnlyList<string> types)
    {
        var name = call.Name;
        var x = AggregateState.Argument(0);
        switch (name)
        {
            case "count_star" or "count" when call.Arguments.Count == 0:
                return AggregateState.Simple("count", "count(*)", "sum({0})", "coalesce({0}, 0)");
            case "count" when call.Arguments.Count == 1:
                return AggregateState.Simple("count", $"count({x})", "sum({0})", "coalesce({0}, 0)");
            case "count_if" or "countif" when call.Arguments.Count == 1:
                // Unlike count, null for no rows.
                return AggregateState.Simple("count", $"{name}({x})", "sum({0})");
            case "sum" or "fsum" or "kahan_sum" or "sumkahan" when call.Arguments.Count == 1:
                return AggregateState.Simple("sum", $"{name}({x})", $"{name}({{0}})");
            case "min" or "max" or "bool_and" or "bool_or" or "bit_and" or "bit_or" or "bit_xor" or "product" when call.Arguments.Count == 1:
                return AggregateState.Simple(name, $"{name}({x})", $"{name}({{0}})");
            case "avg" or "mean" when call.Arguments.Count == 1 && Numbers.Contains(DuckDbType.Parse(types[0]).Name):
                return new AggregateState("sum and count", [$"sum({x})", $"count({x})"], ["sum({0})", "sum({1})"], "CAST({0} AS DOUBLE) / {1}");
            case "favg" when call.Arguments.Count == 1:
                return new AggregateState("sum and count", [$"fsum({x})", $"count({x})"], ["fsum({0})", "sum({1})"], "{0} / {1}");
            default:
                return null;
        }
    }
}
