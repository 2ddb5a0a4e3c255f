using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Whether a FROM distributes over the rows of the large table: reading a part of them, with everything else whole, gives the
/// matching part of its rows, and all parts together give all rows once.
/// </summary>
/// <param name="IsLarge">True if the large table is read so.</param>
/// <param name="Problem">Why FROM reads the large table otherwise; null if it does not.</param>
/// <param name="Inner">Queries beside it that read the large table for themselves, and must be computed first.</param>
internal sealed record SourceSpread(bool IsLarge, string? Problem, IReadOnlyList<JsonObject> Inner)
{
    private static readonly SourceSpread None = new(false, null, []);

    public static SourceSpread Of(SplitContext context, JsonObject from)
    {
        if (!context.ReadsLarge(from))
        {
            return None;
        }

        if (from["sample"] is not null)
        {
            return Problematic("a sample of the table is taken");
        }

        switch (from.Type())
        {
            case "BASE_TABLE":
                return new SourceSpread(true, null, []);
            case "SUBQUERY":
                var query = from["subquery"]!["node"]!.AsObject();
                if (!RowWise.Is(query) || Of(context, query.Object("from_table")!) is not { IsLarge: true } inner)
                {
                    return new SourceSpread(false, null, [query]);
                }

                return inner with { Inner = [.. inner.Inner, .. InnerOf(context, RowWise.OwnExpressions(query))] };
            case "JOIN":
                return Join(context, from);
            case "PIVOT":
                return Problematic("PIVOT and UNPIVOT are not split");
            default:
                return new SourceSpread(false, null, InnerOf(context, RowWise.WithoutSubqueries(from)));
        }
    }

    /// <summary>Subqueries among expressions that read the large table.</summary>
    public static IReadOnlyList<JsonObject> InnerOf(SplitContext context, IEnumerable<JsonObject> expressions) =>
        [.. expressions.Where(e => e.IsExpression("SUBQUERY")).Select(e => e["subquery"]!["node"]!.AsObject()).Where(context.ReadsLarge)];

    private static SourceSpread Join(SplitContext context, JsonObject join)
    {
        var (left, right) = (Of(context, join.Object("left")!), Of(context, join.Object("right")!));
        var problem = left.Problem ?? right.Problem;
        IReadOnlyList<JsonObject> inner =
        [
            .. left.Inner, .. right.Inner,
            .. InnerOf(context, Tree.ObjectsIn(join["condition"]).SelectMany(RowWise.WithoutSubqueries)),
        ];
        if (problem is not null)
        {
            return Problematic(problem);
        }

        if (left.IsLarge && right.IsLarge)
        {
            return Problematic("the large table is joined with itself");
        }

        if (!left.IsLarge && !right.IsLarge)
        {
            return new SourceSpread(false, null, inner);
        }

        // The rows of the preserved side may come in parts; those of the other side are looked up, so they must be whole.
        var (kind, type) = (join.Text("ref_type"), join.Text("join_type"));
        var distributes = kind switch
        {
            "REGULAR" or "NATURAL" or "CROSS" => left.IsLarge ? type is "INNER" or "LEFT" or "SEMI" or "ANTI" : type is "INNER" or "RIGHT",
            _ => false,
        };
        return distributes ? new SourceSpread(true, null, inner) : Problematic(
            kind is "POSITIONAL" ? "a positional join pairs rows by their numbers in the whole table"
            : kind is "ASOF" ? "DuckDB joins AS OF in two ways, by the number of rows, which differ on nulls"
            : $"the large table is on the side of the {type} JOIN whose rows must all be seen at once");
    }

    private static SourceSpread Problematic(string problem) => new(false, problem, []);
}
