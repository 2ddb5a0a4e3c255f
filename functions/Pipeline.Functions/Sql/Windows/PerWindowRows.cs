using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Makes what looks at all rows of a result look at the rows of each window by itself: ORDER BY, LIMIT, DISTINCT, QUALIFY and window functions.</summary>
internal static class PerWindowRows
{
    private const string Rows = SplitNames.Prefix + "rows";

    /// <summary>Adds the window to the partitions of every window function of a SELECT, in place; true if there is any.</summary>
    public static bool Partition(JsonObject select, JsonObject start, JsonObject end)
    {
        var functions = RowWise.OwnExpressions(select).Where(n => n.IsExpression("WINDOW")).ToList();
        foreach (var function in functions)
        {
            var partitions = function["partitions"] as JsonArray ?? [];
            function["partitions"] = new JsonArray([start.Copy(), end.Copy(), .. partitions.Select(p => p!.DeepClone())]);
        }

        return functions.Count > 0;
    }

    /// <summary>Wraps the final step, so that its modifiers apply to each window, and rows come in an order that leaves no choice.</summary>
    /// <param name="context">What parses and prints.</param>
    /// <param name="final">The final step's tree; changed.</param>
    /// <param name="start">The column of the window's start.</param>
    /// <param name="end">The column of the window's end.</param>
    /// <param name="columns">How many columns the result has.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<string> WrapAsync(SplitContext context, JsonObject final, JsonObject start, JsonObject end, int columns, CancellationToken cancellationToken)
    {
        var modifiers = final.Objects("modifiers").ToList();
        var items = final["select_list"]!.AsArray();
        var selected = items.OfType<JsonObject>().Select((item, i) => item.Copy().WithAlias(SplitNames.Column(i))).ToList();
        var names = selected.Select(i => i.Text("alias")).ToList();
        var keys = new List<JsonObject>();
        var orders = new List<string>();
        foreach (var order in modifiers.Where(m => m.Type() == "ORDER_MODIFIER").SelectMany(m => m.Objects("orders")))
        {
            var expression = order.Object("expression")!;
            if (expression.IsExpression("STAR"))
            {
                orders.AddRange(names.Select(n => n + Ordering.Direction(order)));
                continue;
            }

            if (expression.WholeNumber() is { } position && position >= 1 && position <= selected.Count)
            {
                orders.Add(names[(int)position - 1] + Ordering.Direction(order));
                continue;
            }

            orders.Add(SplitNames.Key(keys.Count) + Ordering.Direction(order));
            keys.Add(expression.Copy().WithAlias(SplitNames.Key(keys.Count)));
        }

        final["select_list"] = new JsonArray([start.Copy().WithAlias(WindowMarkers.Start), end.Copy().WithAlias(WindowMarkers.End), .. selected, .. keys]);
        final["modifiers"] = new JsonArray([.. modifiers.Where(m => m.Type() == "DISTINCT_MODIFIER").Select(m => m.DeepClone())]);
        var inner = await context.PrintAsync(final, cancellationToken);
        var rank = string.Join(", ", orders.Concat(names));
        var cut = "";
        if (modifiers.Find(m => m.Type() == "LIMIT_MODIFIER") is { } limit)
        {
            var (count, offset) = (Number(limit.Object("limit"), long.MaxValue) ?? 0, Number(limit.Object("offset"), 0) ?? 0);
            var last = count > long.MaxValue - offset ? long.MaxValue : offset + count;
            cut = string.Create(CultureInfo.InvariantCulture, $" QUALIFY row_number() OVER (PARTITION BY {WindowMarkers.Start}, {WindowMarkers.End} ORDER BY {rank}) BETWEEN {offset + 1} AND {last}");
        }

        return $"SELECT {WindowMarkers.Start}, {WindowMarkers.End}, {string.Join(", ", names.Take(columns))} FROM ({inner}) AS {Rows}{cut} ORDER BY {WindowMarkers.End}, {WindowMarkers.Start}, {rank}";
    }

    /// <summary>A whole number that is written as one; <paramref name="absent"/> where nothing is written; null for anything else.</summary>
    public static long? Number(JsonObject? expression, long absent) => expression is null ? absent : expression.WholeNumber() is { } number and >= 0 ? number : null;
}
