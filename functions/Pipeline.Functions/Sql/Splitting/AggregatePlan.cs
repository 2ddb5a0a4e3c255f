using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>How all aggregates of one SELECT are computed together.</summary>
internal sealed class AggregatePlan
{
    private readonly SplitContext _context;
    private readonly IReadOnlyList<AggregateCall> _calls;
    private readonly IReadOnlyList<AggregateState?> _states;
    private readonly IReadOnlyList<string> _types;

    private AggregatePlan(SplitContext context, IReadOnlyList<AggregateCall> calls, IReadOnlyList<AggregateState?> states, IReadOnlyList<string> types)
    {
        _context = context;
        _calls = calls;
        _states = states;
        _types = types;
    }

    /// <summary>What DISTINCT aggregates look at; partials are grouped by it as well, so that it is distinct already.</summary>
    public IReadOnlyList<JsonObject> DistinctKeys { get; private init; } = [];

    /// <summary>The aggregates over rows that make the states.</summary>
    public IReadOnlyList<JsonObject> Partials { get; private init; } = [];

    /// <summary>DISTINCT aggregates, by the index of their call, as calls over the distinct keys.</summary>
    public IReadOnlyList<(int Call, JsonObject Expression)> WholeCalls { get; private init; } = [];

    public static async Task<AggregatePlan> MakeAsync(SplitContext context, JsonObject select, IReadOnlyList<AggregateCall> calls, CancellationToken cancellationToken)
    {
        var types = await TypesAsync(context, select, [.. calls.Select(c => c.Node)], cancellationToken);
        var argumentTypes = new Queue<string>(await TypesAsync(context, select, [.. calls.SelectMany(c => c.Arguments)], cancellationToken));
        var keys = DistinctKeysOf(calls);
        var states = calls.Select(c =>
        {
            var own = c.Arguments.Select(_ => argumentTypes.Dequeue()).ToList();
            return c.IsDistinct && keys.Count > 0 ? null : AggregateStates.For(c, own);
        }).ToList();
        var templates = states.SelectMany((s, i) => (s?.Partials ?? []).Select(p => (Template: p, Call: calls[i]))).ToList();
        var expressions = await context.ParseExpressionsAsync([.. templates.Select(t => t.Template)], cancellationToken);
        var partials = expressions.Zip(templates, (e, t) => FillIn(e, t.Call, withFilter: true)).ToList();

        return new AggregatePlan(context, calls, states, types)
        {
            DistinctKeys = keys,
            Partials = partials,
            WholeCalls = [.. calls.Select((c, i) => (i, c)).Where(c => states[c.i] is null).Select(c => (c.i, OverKeys(c.c, keys)))],
        };
    }

    /// <summary>For people: how each aggregate travels.</summary>
    public IEnumerable<string> Kinds => _states.Select(s => s?.Kind ?? "distinct values, by which partials are grouped");

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

    /// <summary>
    /// What all DISTINCT calls look at, if that is the same for all of them and nothing else in the SELECT minds that rows are
    /// grouped more finely; else nothing, and each collects its own values.
    /// </summary>
    private static List<JsonObject> DistinctKeysOf(IReadOnlyList<AggregateCall> calls)
    {
        var distinct = calls.Where(c => c.IsDistinct).ToList();
        if (distinct.Count == 0 || distinct.Exists(c => c.Filter is not null || c.Orders.Count > 0 || c.Arguments.Count == 0))
        {
            return [];
        }

        var keys = Data(distinct[0]);
        var others = calls.Where(c => !c.IsDistinct).ToList();
        return distinct.TrueForAll(c => TreeComparer.Same(new JsonArray([.. Data(c).Select(k => k.DeepClone())]), new JsonArray([.. keys.Select(k => k.DeepClone())])))
            && others.TrueForAll(c => SimpleAggregates.IsInsensitiveToOrder(c))
            ? keys
            : [];

        static List<JsonObject> Data(AggregateCall call) => [.. call.Arguments.Where((a, i) => i == 0 || !AggregateStates.IsConstant(a))];
    }

    private static JsonObject OverKeys(AggregateCall call, IReadOnlyList<JsonObject> keys)
    {
        var copy = call.Node.Copy();
        copy["children"] = new JsonArray([.. call.Arguments.Select(a =>
        {
            var key = keys.ToList().FindIndex(k => TreeComparer.Same(k, a));
            return key >= 0 ? TreeBuilder.Column(SplitNames.Distinct(key)) : a.Copy();
        })]);
        return copy;
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
