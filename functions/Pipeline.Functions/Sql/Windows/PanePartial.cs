using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>The partial step of a windowed query: the splitter's, grouped by the pane of an event in place of its window.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="GroupColumns">The columns of the groups, the pane's among them and the window's end left out.</param>
/// <param name="FinerColumns">Further columns that it groups by.</param>
/// <param name="StateColumns">All its columns.</param>
/// <param name="Merges">Select items that merge the states.</param>
/// <param name="StartColumn">The pane's column, which is the window's start in the final step.</param>
/// <param name="EndColumn">The final step's column of the window's end.</param>
internal sealed record PanePartial(
    string Sql,
    IReadOnlyList<string> GroupColumns,
    IReadOnlyList<string> FinerColumns,
    IReadOnlyList<ColumnSchema> StateColumns,
    IReadOnlyList<string> Merges,
    string StartColumn,
    string EndColumn)
{
    public static async Task<PanePartial> MakeAsync(SplitContext context, WindowCall call, ScanBlock block, CancellationToken cancellationToken)
    {
        var tree = await context.ParseAsync(block.PartialSql, cancellationToken);
        var items = tree.Objects("select_list").Select(i => i.Copy()).ToList();
        var start = items.Find(i => WindowMarkers.TimeOf(i, WindowMarkers.Start) is not null) ?? throw new CannotSplitException("its window is not grouped by");
        var end = items.Find(i => WindowMarkers.TimeOf(i, WindowMarkers.End) is not null) ?? throw new CannotSplitException("its window is not grouped by");
        var (startColumn, endColumn) = (start.Text("alias"), end.Text("alias"));
        var time = (await context.PrintExpressionsAsync([WindowMarkers.TimeOf(start, WindowMarkers.Start)!], cancellationToken))[0];

        var keys = items.Where(i => i != end && IsKey(i.Text("alias"))).ToList();
        var states = items.Where(i => i != end && !IsKey(i.Text("alias"))).ToList();
        var bounds = call.Function == "session" ? await context.ParseExpressionsAsync([$"epoch_us(min({time}))", $"epoch_us(max({time}))"], cancellationToken) : [];
        var named = bounds.Select((b, i) => b.WithAlias(i == 0 ? WindowedPlan.First : WindowedPlan.Last));
        var pane = (await context.ParseExpressionsAsync([PaneExpression(call, time)], cancellationToken))[0].WithAlias(startColumn);
        tree["select_list"] = new JsonArray([.. keys.Select(k => k == start ? pane : k), .. named, .. states]);
        tree["group_expressions"] = new JsonArray([.. Enumerable.Range(1, keys.Count).Select(i => TreeBuilder.Integer(i))]);
        tree["group_sets"] = new JsonArray(new JsonArray([.. Enumerable.Range(0, keys.Count).Select(i => (JsonNode)i)]));
        if (WindowMarkers.In(tree))
        {
            throw new CannotSplitException("window_start and window_end stand where events are not yet in a window");
        }

        var sql = await context.PrintAsync(tree, cancellationToken);
        var columns = await context.Binder.BindAsync(sql, cancellationToken);
        var merge = await context.ParseAsync(block.MergeSql, cancellationToken);
        var merges = await context.PrintExpressionsAsync([.. merge.Objects("select_list").Where(i => !IsKey(Name(i))).Select(i => i.Copy())], cancellationToken);
        return new PanePartial(
            sql, [.. keys.Select(k => k.Text("alias")).Where(IsGroup)], [.. keys.Select(k => k.Text("alias")).Where(k => !IsGroup(k))], columns,
            [.. merges.Zip(states, (text, state) => $"{text} AS {state.Text("alias")}")], startColumn, endColumn);
    }

    /// <summary>The start of the pane in microseconds; rounds down before 1970, too.</summary>
    private static string PaneExpression(WindowCall call, string time)
    {
        var microseconds = $"epoch_us({time})";
        var length = call.Function switch { "hop" => Gcd(call.Slide, call.Size), "sliding" => 0, _ => call.Size };
        if (length == 0)
        {
            return microseconds;
        }

        var (p, moved) = (SqlText.Number(length), call.Offset == 0 ? microseconds : $"({microseconds} - {SqlText.Number(call.Offset)})");
        return $"{microseconds} - ({moved} % {p} + {p}) % {p}";
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    private static string Name(JsonObject item) => item.Text("alias") is { Length: > 0 } alias ? alias : item.Texts("column_names") is [.., var last] ? last : "";

    private static bool IsGroup(string column) => column.StartsWith(SplitNames.Prefix + "g", StringComparison.Ordinal);

    private static bool IsKey(string column) => IsGroup(column) || column.StartsWith(SplitNames.Prefix + "d", StringComparison.Ordinal);
}
