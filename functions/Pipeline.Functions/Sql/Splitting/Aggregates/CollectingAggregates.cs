namespace Pipeline.Sql;

/// <summary>
/// Any aggregate at all: the state is the list of its arguments' values, and in the end DuckDB's own function runs over the
/// list. Exact for median, quantiles, mode, string_agg, histogram and whatever DuckDB adds; the state grows with the group.
/// </summary>
internal static class CollectingAggregates
{
    /// <summary>What travels where every value does.</summary>
    public const string AllValues = "all values";

    private const string Merge = $"flatten(list({{0}} ORDER BY {SplitNames.Order}) FILTER ({{0}} IS NOT NULL))";

    public static AggregateState For(AggregateCall call, IReadOnlyList<string> types)
    {
        if (call.Name is "list" or "array_agg" && !call.IsDistinct && call.Orders.Count == 0)
        {
            return AggregateState.Simple(AllValues, $"list({AggregateState.Argument(0)})", Merge);
        }

        // The first argument is always data; a further constant one (a separator, a fraction) stays with the final call.
        var data = call.Arguments.Select((a, i) => i == 0 || !AggregateStates.IsConstant(a)).ToList();
        var fields = new List<(string Name, string Value, string Type)>();
        var arguments = call.Arguments.Select((_, i) => data[i] ? Field($"x{i}", AggregateState.Argument(i), types[i]) : AggregateState.Argument(i)).ToList();
        var orders = call.Orders.Select((order, i) =>
        {
            // With DISTINCT, DuckDB orders only by what it also aggregates, and so must the final call.
            var same = call.Arguments.ToList().FindIndex(a => TreeComparer.Same(a, order.Object("expression")));
            return (same >= 0 ? arguments[same] : Field($"y{i}", AggregateState.OrderKey(i), "INTEGER")) + Ordering.Direction(order);
        }).ToList();
        var distinct = call.IsDistinct ? "DISTINCT " : "";
        var value = $"SELECT {call.Name}({distinct}{string.Join(", ", arguments)}{(orders.Count > 0 ? $" ORDER BY {string.Join(", ", orders)}" : "")})";

        // DuckDB gives null for a correlated subquery without rows, whatever the function says of no rows; so that is asked by itself.
        var nothing = $"CAST(NULL AS STRUCT({string.Join(", ", fields.Select(f => $"{f.Name} {f.Type}"))})[])";
        return AggregateState.Simple(
            call.IsDistinct ? "distinct values" : AllValues,
            $"list({distinct}struct_pack({string.Join(", ", fields.Select(f => $"{f.Name} := {f.Value}"))}))",
            call.IsDistinct ? $"list_distinct({Merge})" : Merge,
            $"CASE WHEN len({{0}}) > 0 THEN ({value} FROM unnest({{0}}) AS q(u)) ELSE ({value} FROM unnest({nothing}) AS q(u)) END");

        string Field(string name, string value, string type)
        {
            fields.Add((name, value, type));
            return $"u.{name}";
        }
    }
}
