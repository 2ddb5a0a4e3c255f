using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Picks the two-phase form of an aggregate: a small algebraic state where there is one, the collected values otherwise.</summary>
internal static class AggregateStates
{
    /// <summary>The form for a call whose arguments have the given types.</summary>
    /// <exception cref="CannotSplitException">The function needs to see its table itself.</exception>
    public static AggregateState For(AggregateCall call, IReadOnlyList<string> types)
    {
        if (call.Name == "bitstring_agg" && call.Arguments.Count < 3)
        {
            throw new CannotSplitException("bitstring_agg without bounds takes them from the statistics of the whole table; give it a minimum and a maximum");
        }

        // Distinct values may repeat in other partials, so their set must travel; an order matters only to some.
        return (call.IsDistinct ? null : SimpleAggregates.For(call, types) ?? PositionAggregates.For(call) ?? MomentAggregates.For(call, types))
            ?? CollectingAggregates.For(call, types);
    }

    /// <summary>True if an expression is the same for all rows.</summary>
    public static bool IsConstant(JsonObject expression) =>
        !expression.Everything().Any(n => n.IsExpression("COLUMN_REF") || n.IsExpression("SUBQUERY") || n.IsExpression("STAR") || AggregateCall.Is(n));
}
