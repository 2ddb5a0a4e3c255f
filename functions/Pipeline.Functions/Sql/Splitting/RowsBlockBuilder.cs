using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Splits a SELECT that filters and projects rows of the large table, with DISTINCT, ORDER BY and LIMIT on top: each task keeps
/// its own distinct or first rows, the final step those of all.
/// </summary>
internal sealed class RowsBlockBuilder(SplitContext context, JsonObject select, IReadOnlyList<ColumnSchema> result)
{
    private const string Rows = SplitNames.Prefix + "rows";

    /// <summary>What is ordered or made distinct by without being selected: extra columns of the partials.</summary>
    private readonly List<JsonObject> _hidden = [];

    /// <summary>Adds the block and turns the SELECT into its final form, in place.</summary>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        var modifiers = select.Objects("modifiers").ToList();
        var distinct = modifiers.Find(m => m.Type() == "DISTINCT_MODIFIER");
        var limit = modifiers.Find(m => m.Type() is "LIMIT_MODIFIER" or "LIMIT_PERCENT_MODIFIER");
        var orders = modifiers.Where(m => m.Type() == "ORDER_MODIFIER").SelectMany(m => m.Objects("orders")).SelectMany(Orders).ToList();
        var targets = (distinct?.Objects("distinct_on_targets") ?? []).Select(Key).ToList();
        if (distinct is not null && targets.Count == 0 && _hidden.Count > 0)
        {
            throw new CannotSplitException("it orders distinct rows by what is not selected");
        }

        // DISTINCT ON picks rows before LIMIT counts them, so its LIMIT waits for the final step.
        var top = targets.Count == 0 ? RowCount(limit) : null;
        var kind = top is not null ? ScanBlockKind.Top : distinct is not null ? ScanBlockKind.Distinct : ScanBlockKind.Rows;
        var names = result.Select((_, i) => SplitNames.Column(i)).Concat(_hidden.Select((_, i) => SplitNames.Key(i))).ToList();
        var reduce = targets.Count > 0 ? $"DISTINCT ON ({string.Join(", ", targets)}) " : distinct is not null ? "DISTINCT " : "";
        var cut = top is null ? "" : string.Create(CultureInfo.InvariantCulture, $" LIMIT {top}");
        var isOrdered = orders.Count > 0 && (targets.Count > 0 || top is not null);

        var name = context.NextBlockName;
        var partial = await context.ParseAsync($"SELECT {reduce}{string.Join(", ", names)} FROM (SELECT 1) AS {Rows}({string.Join(", ", names)}){(isOrdered ? OrderBy(orders) : "")}{cut}", cancellationToken);
        partial["from_table"]!["subquery"]!["node"] = Source();
        var partialSql = await context.PrintAsync(partial, cancellationToken);
        var columns = await context.Binder.TryDescribeAsync(partialSql, cancellationToken) ?? throw new CannotSplitException("its ORDER BY does not bind by itself");

        // Equal rows come in the order of their tasks. Plain DISTINCT cannot order by what it does not select.
        string[] inTaskOrder = [SplitNames.Order];
        var isStable = targets.Count > 0 || (isOrdered && distinct is null);
        var mergeOrder = isStable ? OrderBy([.. orders, .. inTaskOrder]) : isOrdered ? OrderBy(orders) : "";
        var merge = $"SELECT {reduce}{string.Join(", ", names)} FROM {name}{mergeOrder}{cut}";
        context.Add(new ScanBlock(
            name, kind, partialSql, merge, columns, await context.ReadOfLargeAsync(partial, partialSql, columns, cancellationToken), context.InputsOf(partial), Describe(kind, top)));

        var final = await context.ParseAsync(
            targets.Count > 0 ? $"SELECT {SplitNames.Select(result)} FROM ({merge}) AS {Rows}{OrderBy(orders)}"
            : $"SELECT {reduce}{SplitNames.Select(result)} FROM {name}{OrderBy(distinct is null && orders.Count > 0 ? [.. orders, .. inTaskOrder] : orders)}", cancellationToken);
        if (limit is not null)
        {
            final["modifiers"]!.AsArray().Add(limit.DeepClone());
        }

        select.Become(final);
    }

    /// <summary>The rows themselves: the SELECT without what stands on top of it, and with the hidden columns.</summary>
    private JsonObject Source()
    {
        var source = select.Copy();
        source["modifiers"] = new JsonArray();
        foreach (var (expression, i) in _hidden.Select((e, i) => (e, i)))
        {
            source["select_list"]!.AsArray().Add(expression.Copy().WithAlias(SplitNames.Key(i)));
        }

        return source;
    }

    /// <summary>An ORDER BY item as text over the columns of a partial.</summary>
    private IEnumerable<string> Orders(JsonObject order)
    {
        var direction = Ordering.Direction(order);
        var expression = order.Object("expression")!;
        return expression.IsExpression("STAR") ? result.Select((_, i) => SplitNames.Column(i) + direction) : [Key(expression) + direction];
    }

    /// <summary>The column of a partial that an expression of ORDER BY or DISTINCT ON stands for.</summary>
    private string Key(JsonObject expression)
    {
        if (expression.WholeNumber() is { } position && position >= 1 && position <= result.Count)
        {
            return SplitNames.Column((int)position - 1);
        }

        if (expression.IsExpression("COLUMN_REF") && expression.Texts("column_names") is [var name])
        {
            var selected = result.Select((c, i) => (c.Name, Index: i)).Where(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)).ToList();
            switch (selected.Count)
            {
                case 1:
                    return SplitNames.Column(selected[0].Index);
                case > 1:
                    throw new CannotSplitException($"ORDER BY {name} may mean more than one column of the result");
            }
        }

        _hidden.Add(expression.Copy());
        return SplitNames.Key(_hidden.Count - 1);
    }

    /// <summary>How many rows LIMIT and OFFSET together look at; null if that is not written as numbers.</summary>
    private static long? RowCount(JsonObject? limit) =>
        limit?.Type() == "LIMIT_MODIFIER" && Number(limit.Object("limit")) is { } count && (limit["offset"] is null ? 0 : Number(limit.Object("offset"))) is { } offset
            ? count + offset
            : null;

    private static long? Number(JsonObject? expression) => expression.WholeNumber() is { } number and >= 0 and < int.MaxValue ? number : null;

    private static string OrderBy(List<string> orders) => orders.Count == 0 ? "" : $" ORDER BY {string.Join(", ", orders)}";

    private static string[] Describe(ScanBlockKind kind, long? top) => kind switch
    {
        ScanBlockKind.Top => [string.Create(CultureInfo.InvariantCulture, $"keeps the first {top} rows of each task")],
        ScanBlockKind.Distinct => ["keeps the distinct rows of each task"],
        _ => ["filters and projects rows"],
    };
}
