using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Groups partials more finely: by what some aggregates look at, too. Partials then hold each value once (with how often it came,
/// if that matters), and the final step calls the original functions over the values. Right for DISTINCT, and for quantiles and
/// the like over types that seldom have many values; it merges well and needs no lists.
/// </summary>
internal sealed class FinerGrouping
{
    private static readonly HashSet<string> AsIfDistinct = ["approx_count_distinct"];

    private static readonly HashSet<string> Counted =
        ["median", "quantile", "quantile_cont", "quantile_disc", "mad", "histogram", "histogram_exact", "entropy", "skewness", "kurtosis", "kurtosis_pop"];

    private static readonly HashSet<string> Discrete =
        ["BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "DATE", "VARCHAR"];

    private readonly HashSet<AggregateCall> _covered;

    private FinerGrouping(IReadOnlyList<JsonObject> keys, IEnumerable<AggregateCall> covered)
    {
        Keys = keys;
        _covered = [.. covered];
    }

    /// <summary>What partials are grouped by beside the groups; none if they are not grouped more finely.</summary>
    public IReadOnlyList<JsonObject> Keys { get; }

    /// <summary>True if it matters how often a value came.</summary>
    public bool NeedsCounts => _covered.Any(c => !IsLikeDistinct(c));

    /// <summary>Whether the final step calls the function itself, over <see cref="Keys"/>.</summary>
    public bool Covers(AggregateCall call) => _covered.Contains(call);

    /// <summary>The grouping for all calls of a SELECT.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="types">The types of each call's arguments.</param>
    public static FinerGrouping Of(IReadOnlyList<AggregateCall> calls, IReadOnlyList<IReadOnlyList<string>> types)
    {
        var candidates = calls.Where((c, i) => c.Filter is null && (IsLikeDistinct(c) ? OrdersByItself(c) : IsCounted(c, types[i]))).ToList();
        var lead = candidates.Find(c => c.IsDistinct) ?? candidates.FirstOrDefault();
        if (lead is not null)
        {
            var keys = Data(lead);
            var covered = candidates.Where(c => SameData(Data(c), keys)).ToList();
            if (calls.All(c => covered.Contains(c) || SimpleAggregates.IsInsensitiveToOrder(c)))
            {
                return new FinerGrouping(keys, covered);
            }
        }

        return new FinerGrouping([], []);
    }

    /// <summary>A call with the keys' columns for its arguments.</summary>
    public JsonObject OverKeys(AggregateCall call) => call.Node.Replace(node =>
    {
        var key = node.IsExpression() ? Keys.ToList().FindIndex(k => TreeComparer.Same(k, node)) : -1;
        return key >= 0 ? TreeBuilder.Column(SplitNames.Distinct(key)) : null;
    });

    private static bool IsLikeDistinct(AggregateCall call) => call.Arguments.Count > 0 && (call.IsDistinct || AsIfDistinct.Contains(call.Name));

    private static bool IsCounted(AggregateCall call, IReadOnlyList<string> types) =>
        Counted.Contains(call.Name) && call.Orders.Count == 0 && Data(call).Count == 1 && Discrete.Contains(DuckDbType.Parse(types[0]).Name);

    private static bool OrdersByItself(AggregateCall call) => call.Orders.All(o => Data(call).Exists(d => TreeComparer.Same(d, o.Object("expression"))));

    private static List<JsonObject> Data(AggregateCall call) => [.. call.Arguments.Where((a, i) => i == 0 || !AggregateStates.IsConstant(a))];

    private static bool SameData(List<JsonObject> a, List<JsonObject> b) => a.Count == b.Count && a.Zip(b).All(p => TreeComparer.Same(p.First, p.Second));
}
