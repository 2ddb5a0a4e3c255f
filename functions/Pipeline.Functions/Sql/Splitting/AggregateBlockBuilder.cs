using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Splits a SELECT that groups or aggregates over rows of the large table. Partial: one row a group at the finest grouping,
/// with states. Final: grouping sets over the merged states, and the original select list, HAVING, QUALIFY and modifiers on
/// top, in which each grouping expression and aggregate has become a column.
/// </summary>
internal sealed class AggregateBlockBuilder
{
    private readonly SplitContext _context;
    private readonly JsonObject _select;
    private readonly NameResolver _names;
    private readonly List<JsonObject> _items;
    private readonly List<JsonObject> _groups = [];
    private readonly List<JsonObject> _calls = [];
    private readonly List<JsonObject> _groupings = [];
    private readonly List<List<int>> _sets = [];

    private AggregateBlockBuilder(SplitContext context, JsonObject select, NameResolver names)
    {
        _context = context;
        _select = select;
        _names = names;
        _items = [.. select.Objects("select_list")];
    }

    /// <summary>Adds the block and turns the SELECT into its final form, in place.</summary>
    public static async Task BuildAsync(SplitContext context, JsonObject select, IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken)
    {
        var builder = new AggregateBlockBuilder(context, select, await NameResolver.OfAsync(context, select, cancellationToken));
        await builder.BuildAsync(result, cancellationToken);
    }

    private async Task BuildAsync(IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken)
    {
        if (_items.Count != result.Count || _items.Exists(HasStar))
        {
            throw new CannotSplitException("its select list has a star beside aggregates");
        }

        FindGroups();
        var final = Rewritten(result);
        var plan = await AggregatePlan.MakeAsync(_context, _select, [.. _calls.Select(c => new AggregateCall(c))], cancellationToken);
        var name = _context.NextBlockName;
        var partial = await PartialAsync(plan, cancellationToken);
        var partialSql = await _context.PrintAsync(partial, cancellationToken);
        var columns = await _context.Binder.TryDescribeAsync(partialSql, cancellationToken)
            ?? throw new CannotSplitException("its partial aggregates do not fit together");
        var keys = columns.Take(_groups.Count + plan.Keys.Count).Select(c => c.Name).ToList();
        var merges = plan.Merges(columns.Skip(keys.Count).ToList());
        var grouping = keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", keys)}";
        _context.Add(new ScanBlock(
            name, ScanBlockKind.Aggregate, partialSql,
            $"SELECT {string.Join(", ", keys.Concat(merges))} FROM {name}{grouping}",
            columns, await _context.ReadOfLargeAsync(partial, partialSql, columns, cancellationToken), _context.InputsOf(partial),
            await DescribeAsync(plan, cancellationToken))
        {
            MergeShrinks = plan.MergeShrinks,
        });

        var source = await GroupsAsync(name, plan, merges, cancellationToken);
        await FillInAsync(final, plan, cancellationToken);
        final["from_table"] = source;
        _select.Become(final);
    }

    private async Task<IReadOnlyList<string>> DescribeAsync(AggregatePlan plan, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        if (_groups.Count > 0)
        {
            lines.Add($"groups by {string.Join(", ", await _context.PrintExpressionsAsync(_groups, cancellationToken))}"
                + (_sets.Count > 1 ? $" in {_sets.Count} grouping sets, made in the final step" : ""));
        }

        var calls = await _context.PrintExpressionsAsync(_calls, cancellationToken);
        lines.AddRange(calls.Zip(plan.Kinds, (call, kind) => $"{call}: {kind}"));
        return lines;
    }

    private static bool HasStar(JsonObject item) => RowWise.WithoutSubqueries(item).Any(n => n.IsExpression("STAR"));

    private void FindGroups()
    {
        if (_select.Text("aggregate_handling") == "FORCE_AGGREGATES")
        {
            // GROUP BY ALL: by every item that has columns of its own and no aggregate.
            foreach (var item in _items.Select(i => _names.Resolve(i)))
            {
                var parts = RowWise.WithoutSubqueries(item).ToList();
                if (!parts.Exists(p => AggregateCall.Is(p) || p.IsExpression("WINDOW")) && parts.Exists(p => p.IsExpression("COLUMN_REF")))
                {
                    _groups.Add(item.WithAlias(""));
                }
            }

            // DuckDB groups by the columns that HAVING names as well.
            var having = _select.Object("having") is { } condition ? RowWise.WithoutSubqueries(_names.Resolve(condition)) : [];
            foreach (var column in having.Where(n => n.IsExpression("COLUMN_REF") && !IsWithinAggregate(n)).Where(n => !_groups.Exists(g => TreeComparer.SameExpression(g, n))))
            {
                _groups.Add(column.Copy());
            }

            _sets.Add([.. Enumerable.Range(0, _groups.Count)]);
            return;
        }

        foreach (var expression in _select.Objects("group_expressions"))
        {
            var target = Position(expression) is { } position ? _items[position] : expression;
            _groups.Add(_names.Resolve(target).WithAlias(""));
        }

        _sets.AddRange((_select["group_sets"] as JsonArray ?? []).Select(set => set!.AsArray().Select(i => i!.GetValue<int>()).ToList()));
    }

    /// <summary>The select item that a whole number in GROUP BY or ORDER BY stands for.</summary>
    private int? Position(JsonObject expression) =>
        expression.WholeNumber() is { } position && position >= 1 && position <= _items.Count ? (int)position - 1 : null;

    /// <summary>The final SELECT, in which groups and aggregates are columns of <see cref="SplitNames.Groups"/>.</summary>
    private JsonObject Rewritten(IReadOnlyList<ColumnSchema> result)
    {
        var final = new JsonObject();
        foreach (var (name, value) in _select)
        {
            final[name] = name is "from_table" ? null : value?.DeepClone();
        }

        final["select_list"] = new JsonArray([.. _items.Select((item, i) => Rewrite(_names.Resolve(item)).WithAlias(result[i].Name))]);
        final["where_clause"] = _select.Object("having") is { } having ? Rewrite(_names.Resolve(having)) : null;
        final["having"] = null;
        final["qualify"] = _select.Object("qualify") is { } qualify ? Rewrite(_names.Resolve(qualify)) : null;
        final["group_expressions"] = new JsonArray();
        final["group_sets"] = new JsonArray();
        final["aggregate_handling"] = "STANDARD_HANDLING";
        foreach (var modifier in final.Objects("modifiers"))
        {
            foreach (var order in modifier.Objects("orders"))
            {
                order["expression"] = RewriteOrder(order.Object("expression")!);
            }

            if (modifier["distinct_on_targets"] is JsonArray targets)
            {
                modifier["distinct_on_targets"] = new JsonArray([.. targets.OfType<JsonObject>().Select(RewriteOrder)]);
            }
        }

        return final;
    }

    private JsonObject RewriteOrder(JsonObject expression)
    {
        if (expression.IsExpression("STAR") || Position(expression) is not null)
        {
            return expression.Copy();
        }

        // An alias alone wins over a column of that name.
        if (expression.IsExpression("COLUMN_REF") && expression.Texts("column_names") is [var name] && _names.Item(name) is { } item)
        {
            return TreeBuilder.Integer(_items.IndexOf(item) + 1);
        }

        return Rewrite(_names.Resolve(expression));
    }

    private JsonObject Rewrite(JsonObject expression) => expression.Replace(node =>
    {
        if (!node.IsExpression())
        {
            return null;
        }

        if (_groups.FindIndex(g => TreeComparer.SameExpression(g, node)) is var group and >= 0)
        {
            return Column(SplitNames.Group(group)).WithAlias(node.Text("alias"));
        }

        if (AggregateCall.Is(node))
        {
            return Column(SplitNames.Whole(IndexOf(_calls, node))).WithAlias(node.Text("alias"));
        }

        if (node.Type() == "GROUPING_FUNCTION")
        {
            return Column(SplitNames.Grouping(IndexOf(_groupings, node))).WithAlias(node.Text("alias"));
        }

        if (node.IsExpression("SUBQUERY"))
        {
            var copy = node.Copy();
            if (node.Object("child") is { } child)
            {
                copy["child"] = Rewrite(child);
            }

            return copy;
        }

        if (node.IsExpression("COLUMN_REF"))
        {
            // HAVING may name a column of the select list that hides one of FROM.
            return node.Texts("column_names") is [.., var last] && _names.Item(last) is { } item && !Mentions(item, node)
                ? Rewrite(_names.Resolve(item)).WithAlias(node.Text("alias"))
                : throw new CannotSplitException($"column {string.Join('.', node.Texts("column_names"))} stands outside of groups and aggregates");
        }

        return null;
    });

    private static bool Mentions(JsonObject item, JsonObject column) =>
        item.Everything().Any(n => n.IsExpression("COLUMN_REF") && string.Equals(n.Texts("column_names")[^1], column.Texts("column_names")[^1], StringComparison.OrdinalIgnoreCase) && !IsWithinAggregate(n));

    private static bool IsWithinAggregate(JsonObject node)
    {
        for (JsonNode? parent = node; parent is not null; parent = parent.Parent)
        {
            if (parent is JsonObject expression && AggregateCall.Is(expression))
            {
                return true;
            }
        }

        return false;
    }

    private static int IndexOf(List<JsonObject> known, JsonObject node)
    {
        var index = known.FindIndex(k => TreeComparer.SameExpression(k, node));
        if (index < 0)
        {
            index = known.Count;
            known.Add(node.Copy().WithAlias(""));
        }

        return index;
    }

    private static JsonObject Column(string name) => TreeBuilder.Column(SplitNames.Groups, name);

    private async Task<JsonObject> PartialAsync(AggregatePlan plan, CancellationToken cancellationToken)
    {
        var partial = await _context.ParseAsync("SELECT 1", cancellationToken);
        var keys = _groups.Select((g, i) => g.Copy().WithAlias(SplitNames.Group(i))).Concat(plan.Keys.Select((d, i) => d.Copy().WithAlias(SplitNames.Distinct(i)))).ToList();
        var states = plan.Partials.Select((s, i) => s.WithAlias(SplitNames.State(i))).ToList();
        if (keys.Count + states.Count == 0)
        {
            throw new CannotSplitException("it groups by nothing and aggregates nothing");
        }

        partial["select_list"] = new JsonArray([.. keys, .. states]);
        partial["from_table"] = _select["from_table"]!.DeepClone();
        partial["where_clause"] = _select.Object("where_clause") is { } where ? _names.Resolve(where) : null;
        partial["group_expressions"] = new JsonArray([.. Enumerable.Range(1, keys.Count).Select(i => TreeBuilder.Integer(i))]);
        partial["group_sets"] = keys.Count == 0 ? new JsonArray() : new JsonArray(new JsonArray([.. Enumerable.Range(0, keys.Count).Select(i => (JsonNode)i)]));
        return partial;
    }

    /// <summary>The merged groups as a subquery: states merged once more, so that any number of partials will do, by all grouping sets.</summary>
    private async Task<JsonObject> GroupsAsync(string block, AggregatePlan plan, IReadOnlyList<string> merges, CancellationToken cancellationToken)
    {
        var groups = _groups.Select((_, i) => SplitNames.Group(i));
        var groupings = new List<string>();
        foreach (var grouping in _groupings)
        {
            var arguments = grouping.Objects("children").Select(c => _groups.FindIndex(g => TreeComparer.SameExpression(g, c))).ToList();
            if (arguments.Contains(-1))
            {
                throw new CannotSplitException("GROUPING() names something that is not grouped by");
            }

            groupings.Add($"GROUPING({string.Join(", ", arguments.Select(SplitNames.Group))}) AS {SplitNames.Grouping(groupings.Count)}");
        }

        var items = groups.Concat(merges).Concat(groupings).ToList();
        var sets = _sets.Count == 0 ? ""
            : _sets.Count == 1 ? _sets[0].Count == 0 ? "" : $" GROUP BY {string.Join(", ", _sets[0].Select(SplitNames.Group))}"
            : $" GROUP BY GROUPING SETS ({string.Join(", ", _sets.Select(s => $"({string.Join(", ", s.Select(SplitNames.Group))})"))})";
        var sql = string.Create(CultureInfo.InvariantCulture,
            $"SELECT 1 FROM (SELECT {(items.Count == 0 ? "1" : string.Join(", ", items))} FROM {plan.Source(block, [.. groups])}{sets}) AS {SplitNames.Groups}");
        var source = (await _context.ParseAsync(sql, cancellationToken)).Object("from_table")!.Copy();
        var list = source["subquery"]!["node"]!["select_list"]!.AsArray();
        foreach (var (index, call) in plan.WholeCalls)
        {
            list.Add(call.Copy().WithAlias(SplitNames.Whole(index)));
        }

        return source;
    }

    /// <summary>Puts the final form of each aggregate where the rewritten tree has a stand-in.</summary>
    private static async Task FillInAsync(JsonObject final, AggregatePlan plan, CancellationToken cancellationToken)
    {
        var finals = await plan.FinalsAsync(cancellationToken);
        foreach (var node in final.Everything().Where(n => n.IsExpression("COLUMN_REF") && n.Texts("column_names") is [SplitNames.Groups, _]).ToList())
        {
            var name = node.Texts("column_names")[1];
            for (var i = 0; i < finals.Count; i++)
            {
                if (name == SplitNames.Whole(i) && finals[i] is { } expression)
                {
                    node.Become(expression.Copy().WithAlias(node.Text("alias")));
                }
            }
        }
    }
}
