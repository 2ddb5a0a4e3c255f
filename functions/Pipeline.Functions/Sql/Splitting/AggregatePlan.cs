using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>How all aggregates of one SELECT are computed together.</summary>
internal sealed class AggregatePlan
{
    private readonly SplitContext _context;
    private readonly IReadOnlyList<AggregateCall> _calls;
    private readonly IReadOnlyList<AggregateState?> _states;
    private readonly IReadOnlyList<string> _types;
    private readonly FinerGrouping _finer;

    private AggregatePlan(SplitContext context, IReadOnlyList<AggregateCall> calls, IReadOnlyList<AggregateState?> states, IReadOnlyList<string> types, FinerGrouping finer)
    {
        _context = context;
        _calls = calls;
        _states = states;
        _types = types;
        _finer = finer;
    }

    /// <summary>What partials are grouped by beside the groups.</summary>
    public IReadOnlyList<JsonObject> Keys => _finer.Keys;

    /// <summary>The aggregates over rows that make the states.</summary>
    public IReadOnlyList<JsonObject> Partials { get; private init; } = [];

    /// <summary>Aggregates that the final step computes from the keys, by the index of their call.</summary>
    public IReadOnlyList<(int Call, JsonObject Expression)> WholeCalls { get; private init; } = [];

    /// <summary>False if states only collect values, so that merging them saves nothing.</summary>
    public bool MergeShrinks => !_states.Any(s => s?.Kind == CollectingAggregates.AllValues);

    public static async Task<AggregatePlan> MakeAsync(SplitContext context, JsonObject select, IReadOnlyList<AggregateCall> calls, CancellationToken cancellationToken)
    {
        var types = await TypesAsync(context, select, [.. calls.Select(c => c.Node)], cancellationToken);
        var allTypes = new Queue<string>(await TypesAsync(context, select, [.. calls.SelectMany(c => c.Arguments)], cancellationToken));
        var argumentTypes = calls.Select(c => c.Arguments.Select(_ => allTypes.Dequeue()).ToList()).ToList();
        var finer = FinerGrouping.Of(calls, argumentTypes);
        if (finer.NeedsCounts)
        {
            var count = (await context.ParseExpressionsAsync(["count(*)"], cancellationToken))[0];
            calls = [.. calls, new AggregateCall(count)];
            types = [.. types, "BIGINT"];
            argumentTypes.Add([]);
        }

        var states = calls.Select((c, i) => finer.Covers(c) ? null : AggregateStates.For(c, argumentTypes[i])).ToList();
        var templates = states.SelectMany((s, i) => (s?.Partials ?? []).Select(p => (Template: p, Call: calls[i]))).ToList();
        var expressions = await context.ParseExpressionsAsync([.. templates.Select(t => t.Template)], cancellationToken);
        var partials = expressions.Zip(templates, (e, t) => FillIn(e, t.Call, withFilter: true)).ToList();

        return new AggregatePlan(context, calls, states, types, finer)
        {
            Partials = partials,
            WholeCalls = [.. calls.Select((c, i) => (i, c)).Where(c => finer.Covers(c.c)).Select(c => (c.i, finer.OverKeys(c.c)))],
        };
    }

    /// <summary>For people: how each aggregate travels.</summary>
    public IEnumerable<string> Kinds => _states.Select(s => s?.Kind ?? (_finer.NeedsCounts ? "values with their counts, by which partials are grouped" : "distinct values, by which partials are grouped"));

    /// <summary>The merged states as select items, given the columns of the states.</summary>
    public IReadOnlyList<string> Merges(IReadOnlyList<ColumnSchema> columns)
    {
        var merges = new List<string>();
        foreach (var state in _states.OfType<AggregateState>())
        {
            var parts = state.Merges.Select((_, i) => SplitNames.State(merges.Count + i)).ToArray();
            foreach (var merge in state.Merges)
            {
                merges.Add($"CAST({Format(merge, parts)} AS {columns[merges.Count].Type}) AS {SplitNames.State(merges.Count)}");
            }
        }

        return merges;
    }

    /// <summary>
    /// What the final step groups: the partials; where counts matter, each value as often as it came, with the states beside only
    /// the first of them (merging skips nulls).
    /// </summary>
    public string Source(string block, IReadOnlyList<string> groups)
    {
        if (!_finer.NeedsCounts)
        {
            return block;
        }

        // In two steps, so that a value that came a billion times does not become a list of a billion.
        const string Chunk = SplitNames.Prefix + "chunk";
        const string Copy = SplitNames.Prefix + "copy";
        var states = Enumerable.Range(0, Partials.Count).Select(SplitNames.State).ToList();
        var count = states[^1];
        var kept = groups.Concat(Keys.Select((_, i) => SplitNames.Distinct(i))).Concat(states.Select(s => $"CASE WHEN {Chunk} = 0 AND {Copy} = 0 THEN {s} END AS {s}")).Append(SplitNames.Order);
        var chunks = $"SELECT *, unnest({SizeGuards.Unguarded($"range(({count} + 1023) // 1024)")}) AS {Chunk} FROM {block}";
        var copies = $"SELECT *, unnest({SizeGuards.Unguarded($"range(least(1024, {count} - {Chunk} * 1024))")}) AS {Copy} FROM ({chunks})";
        return $"(SELECT {string.Join(", ", kept)} FROM ({copies}))";
    }

    /// <summary>For each call the expression over the merged states, of the call's own type; null where the groups hold the value itself.</summary>
    public async Task<IReadOnlyList<JsonObject?>> FinalsAsync(CancellationToken cancellationToken)
    {
        var part = 0;
        var templates = new List<string>();
        foreach (var (state, type) in _states.Zip(_types))
        {
            var parts = (state?.Merges ?? []).Select((_, k) => $"{SplitNames.Groups}.{SplitNames.State(part + k)}").ToArray();
            part += parts.Length;
            templates.Add(state is null ? "NULL" : $"CAST({Format(state.Final, parts)} AS {type})");
        }

        var expressions = await _context.ParseExpressionsAsync(templates, cancellationToken);
        return [.. expressions.Select((e, i) => _states[i] is null ? null : FillIn(e, _calls[i], withFilter: false))];
    }

    private static JsonObject FillIn(JsonObject template, AggregateCall call, bool withFilter)
    {
        var filled = template.Replace(node =>
        {
            if (!node.IsExpression("COLUMN_REF") || node.Texts("column_names") is not [var name])
            {
                return null;
            }

            var argument = Enumerable.Range(0, call.Arguments.Count).FirstOrDefault(i => name == AggregateState.Argument(i), -1);
            var order = Enumerable.Range(0, call.Orders.Count).FirstOrDefault(i => name == AggregateState.OrderKey(i), -1);
            return argument >= 0 ? call.Arguments[argument].Copy().WithAlias(node.Text("alias"))
                : order >= 0 ? call.Orders[order].Object("expression")!.Copy().WithAlias(node.Text("alias"))
                : null;
        });
        if (withFilter && call.Filter is { } filter)
        {
            foreach (var aggregate in filled.Everything().Where(AggregateCall.Is).ToList())
            {
                aggregate["filter"] = filter.DeepClone();
            }
        }

        return filled;
    }

    private static async Task<IReadOnlyList<string>> TypesAsync(SplitContext context, JsonObject select, IReadOnlyList<JsonObject> expressions, CancellationToken cancellationToken)
    {
        if (expressions.Count == 0)
        {
            return [];
        }

        var probe = await context.ParseAsync("SELECT 1", cancellationToken);
        probe["select_list"] = new JsonArray([.. expressions.Select(e => e.DeepClone())]);
        probe["from_table"] = select["from_table"]!.DeepClone();
        var columns = await context.TryDescribeAsync(probe, cancellationToken) ?? throw new CannotSplitException("an aggregate depends on the query around it");
        return [.. columns.Select(c => c.Type)];
    }

    private static string Format(string template, string[] parts)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            template = template.Replace($"{{{i}}}", parts[i], StringComparison.Ordinal);
        }

        return template;
    }
}
