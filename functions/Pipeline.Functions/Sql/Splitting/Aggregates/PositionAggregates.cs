namespace Pipeline.Sql;

/// <summary>Aggregates that keep one of the rows: the first, the last, the one with the least or greatest key.</summary>
internal static class PositionAggregates
{
    private const string InOrder = $"ORDER BY {SplitNames.Order}";

    public static AggregateState? For(AggregateCall call)
    {
        if (call.Orders.Count > 0)
        {
            return null;
        }

        var (x, y) = (AggregateState.Argument(0), AggregateState.Argument(1));
        switch (call.Name)
        {
            case "any_value" when call.Arguments.Count == 1:
                return AggregateState.Simple("first value", $"any_value({x})", $"any_value({{0}} {InOrder})");
            case "first" or "last" when call.Arguments.Count == 1:
                // A null may be the first row's value or mean that there was no row; the list tells them apart.
                return AggregateState.Simple($"{call.Name} row", $"list_value({call.Name}({x}))[1:count(*)]", $"{call.Name}({{0}} {InOrder}) FILTER (len({{0}}) > 0)", "{0}[1]");
            case "arg_min" or "arg_max" or "min_by" or "max_by" or "argmin" or "argmax" when call.Arguments.Count == 2:
                // Rows in which either is null do not count, and the first of equal rows wins: DuckDB's own rules, kept by merging in order.
                var extreme = call.Name is "arg_min" or "min_by" or "argmin" ? "min" : "max";
                return new AggregateState(
                    $"row of the {extreme}imum",
                    [$"arg_{extreme}({x}, {y})", $"{extreme}(CASE WHEN ({x}) IS NOT NULL THEN {y} END)"],
                    [$"arg_{extreme}({{0}}, {{1}} {InOrder})", $"{extreme}({{1}})"],
                    "{0}");
            default:
                return null;
        }
    }
}
