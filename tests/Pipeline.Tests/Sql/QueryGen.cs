using CsCheck;

namespace Pipeline.Tests.Sql;

/// <summary>A generated query.</summary>
/// <param name="Sql">The text.</param>
/// <param name="InOrder">True if its ORDER BY leaves no choice.</param>
/// <param name="Features">What it uses, for counting.</param>
internal sealed record GeneratedQuery(string Sql, bool InOrder, IReadOnlyList<string> Features);

/// <summary>Random queries over the tables of <see cref="TableGen"/>, with all that the splitter claims to split.</summary>
internal static class QueryGen
{
    /// <summary>FROM and WHERE, whether rows keep their order in it, and its name.</summary>
    private static Gen<(string Sql, bool KeepsOrder, string Feature)> Source { get; } = Gen.Select(QueryExpressions.Condition, QueryExpressions.Condition, Gen.Int[0, 13], (p, q, kind) => kind switch
    {
        0 or 1 => ("FROM big", true, "whole table"),
        2 or 3 => ($"FROM big WHERE {p}", true, "where"),
        4 => ($"FROM (SELECT * FROM big WHERE {p}) AS big WHERE {q}", true, "subquery"),
        5 => ($"FROM (SELECT *, k + 1 AS k1 FROM big) AS f WHERE {q} AND k1 > 0", true, "projecting subquery"),
        6 => ($"FROM big JOIN small ON k = id WHERE {p}", false, "inner join"),
        7 => ($"FROM big LEFT JOIN small ON k = id AND name <> 'two' WHERE {p}", false, "left join"),
        8 => ($"FROM small RIGHT JOIN big ON k = id", false, "right join"),
        9 => ($"FROM big SEMI JOIN small ON k = id WHERE {p}", false, "semi join"),
        10 => ($"FROM big ANTI JOIN small ON k = id WHERE {p}", false, "anti join"),
        11 => ($"FROM big, small WHERE k < id AND {p}", false, "cross join"),
        12 => ($"FROM big WHERE k IN (SELECT id FROM small WHERE name LIKE 't%') OR EXISTS (SELECT 1 FROM small WHERE id = k + 1)", false, "small subqueries"),
        _ => ($"FROM big WHERE d >= (SELECT avg(d) FROM big WHERE {p}) OR k IN (SELECT max(k) FROM big GROUP BY s)", false, "large subqueries"),
    });

    /// <summary>One way to write GROUP BY.</summary>
    private sealed record Grouping(string Select, string By, string TotalOrder, string Feature);

    private static Grouping GroupingOf(int shape, string key, string other) => shape switch
    {
        0 => new($"{key} AS k0", "1", "1", "group by position"),
        1 => new($"{key} AS k0", "k0", "k0", "group by alias"),
        2 => new($"{key} AS k0", key, key, "group by expression"),
        3 => new($"{key} AS k0, {other} AS k1", "ALL", "1, 2", "group by all"),
        4 => new($"{key} AS k0, {other} AS k1", $"{other}, 1", "k0, k1 DESC", "group by two"),
        5 => new($"{key} AS k0, {other} AS k1, GROUPING({key}, {other}) AS g", $"ROLLUP ({key}, {other})", "", "rollup"),
        6 => new($"{key} AS k0, {other} AS k1, GROUPING({other}) AS g", $"CUBE ({key}, {other})", "", "cube"),
        7 => new($"{key} AS k0, {other} AS k1", $"GROUPING SETS (({key}), ({key}, {other}), ())", "", "grouping sets"),
        8 => new($"concat({key}, '-', count(*)) AS k0, {key} AS k1", key, "2", "expression over group and aggregate"),
        _ => new($"{key} AS k0", "k0", "1 DESC NULLS LAST", "order by position"),
    };

    private static Gen<GeneratedQuery> Grouped() =>
        from source in Source
        from key in QueryExpressions.Key
        from other in QueryExpressions.Key
        from shape in Gen.Int[0, 9]
        from aggregates in QueryExpressions.Aggregate(source.KeepsOrder && shape is not (5 or 6 or 7)).Array[1, 4]
        from having in Gen.OneOf("", "", "", " HAVING count(*) > 1", " HAVING sum(k) IS NOT NULL AND k0 IS NOT NULL", " HAVING max(n) > 10 OR a0 IS NULL")
        from end in Gen.Int[0, 5]
        let grouping = GroupingOf(shape, key, other)
        let tail = grouping.TotalOrder.Length == 0 ? "" : end switch
        {
            0 => $" ORDER BY {grouping.TotalOrder}",
            1 => $" ORDER BY {grouping.TotalOrder} LIMIT 3",
            2 => $" ORDER BY {grouping.TotalOrder} LIMIT 2 OFFSET 1",
            3 when shape != 3 => $" QUALIFY row_number() OVER (ORDER BY count(*), min(n)) <= 3",
            _ => "",
        }
        select new GeneratedQuery(
            $"SELECT {grouping.Select}, {string.Join(", ", aggregates.Select((a, i) => $"{a.Sql} AS a{i}"))} {source.Sql} GROUP BY {grouping.By}{having}{tail}",
            tail.Contains("ORDER BY", StringComparison.Ordinal) && end <= 2,
            [source.Feature, grouping.Feature, .. aggregates.Select(a => a.Feature), .. Feature(having, "having"), .. Feature(tail, end switch { 0 => "order of groups", 3 => "qualify", _ => "limit of groups" })]);

    private static Gen<GeneratedQuery> AggregatedWhole() =>
        from source in Source
        from aggregates in QueryExpressions.Aggregate(source.KeepsOrder).Array[1, 5]
        select new GeneratedQuery(
            $"SELECT {string.Join(", ", aggregates.Select(a => a.Sql))}, count(*) + 1 AS n1 {source.Sql}", true, [source.Feature, "no groups", .. aggregates.Select(a => a.Feature)]);

    private static Gen<GeneratedQuery> Rows() =>
        from source in Source
        from items in QueryExpressions.Item.Array[1, 3]
        from end in Gen.OneOf("", " ORDER BY n", " ORDER BY n DESC LIMIT 5", " ORDER BY k NULLS LAST, x DESC, n LIMIT 4 OFFSET 2", " ORDER BY n * -1 LIMIT 10", " ORDER BY n LIMIT 20%")
        let isJoin = source.Feature is "cross join" or "inner join" or "left join" or "right join"
        select new GeneratedQuery(
            $"SELECT n, {string.Join(", ", items.Select((item, i) => $"{item} AS c{i}"))} {source.Sql}{(isJoin ? end.Split(" LIMIT")[0] : end)}", end.Length > 0 && !isJoin,
            [source.Feature, "rows", .. Feature(end, "order of rows"), .. end.Contains("LIMIT", StringComparison.Ordinal) && !isJoin ? ["top rows"] : Array.Empty<string>()]);

    private static Gen<GeneratedQuery> DistinctRows() =>
        from source in Source
        from key in QueryExpressions.Key
        from other in QueryExpressions.Key
        from end in Gen.OneOf("", " ORDER BY ALL", " ORDER BY 2, 1 LIMIT 4", " ORDER BY c0 DESC, c1")
        select new GeneratedQuery($"SELECT DISTINCT {key} AS c0, {other} AS c1 {source.Sql}{end}", end.Length > 0, [source.Feature, "distinct", .. Feature(end, "order of distinct rows")]);

    private static Gen<GeneratedQuery> DistinctOn() =>
        from condition in QueryExpressions.Condition
        from key in QueryExpressions.Key
        from item in QueryExpressions.Item
        select new GeneratedQuery($"SELECT DISTINCT ON ({key}) {item} AS c, n FROM big WHERE {condition} ORDER BY n DESC", true, ["distinct on"]);

    private static Gen<GeneratedQuery> OverGroups() =>
        from inner in Grouped()
        from kind in Gen.Int[0, 3]
        let plain = inner.Sql.Split(" ORDER BY ")[0].Contains("QUALIFY", StringComparison.Ordinal) ? "SELECT k AS k0, sum(i) AS a0 FROM big GROUP BY k" : inner.Sql
        select kind switch
        {
            0 => new GeneratedQuery($"SELECT count(*), count(a0), min(k0) FROM ({plain})", true, ["aggregate of aggregates", .. inner.Features]),
            1 => new GeneratedQuery($"WITH g AS ({plain}) SELECT * FROM g", false, ["cte", .. inner.Features]),
            2 => new GeneratedQuery($"SELECT k, sum(n) AS t, rank() OVER (ORDER BY sum(n), k) AS r, sum(count(*)) OVER () AS total FROM big GROUP BY k", false, ["window over aggregates"]),
            _ => new GeneratedQuery($"SELECT name, sum(c) FROM (SELECT k, count(*) AS c FROM big GROUP BY k) AS g JOIN small ON g.k = id GROUP BY name", false, ["join of groups"]),
        };

    private static Gen<GeneratedQuery> Shares() =>
        from condition in QueryExpressions.Condition
        from key in QueryExpressions.Key
        select new GeneratedQuery(
            $"SELECT {key} AS k0, sum(d) / (SELECT sum(d) FROM big WHERE d > 0) AS share, (SELECT count(*) FROM small) AS m FROM big WHERE {condition} GROUP BY 1", false, ["share of a total"]);

    private static Gen<GeneratedQuery> TwoUses() =>
        from condition in QueryExpressions.Condition
        from key in QueryExpressions.Key
        select new GeneratedQuery(
            $"WITH f AS (SELECT {key} AS k0, n FROM big WHERE {condition}), g AS (SELECT k0, count(*) AS c FROM f GROUP BY k0) SELECT a.k0, a.c, b.c AS d FROM g AS a LEFT JOIN g AS b ON a.c < b.c", false, ["cte read twice"]);

    private static Gen<GeneratedQuery> Unions() =>
        from condition in QueryExpressions.Condition
        from kind in Gen.OneOf("UNION ALL", "UNION", "EXCEPT", "INTERSECT")
        from key in QueryExpressions.Key
        select new GeneratedQuery($"SELECT {key} AS u FROM big WHERE {condition} {kind} SELECT {key} FROM big", false, ["set operation"]);

    private static Gen<GeneratedQuery> Correlations() =>
        from condition in QueryExpressions.Condition
        select new GeneratedQuery(
            $"SELECT k, (SELECT max(name) FROM small WHERE id = k) AS m, u FROM big, unnest(l) AS v(u) WHERE {condition}", false, ["lateral unnest"]);

    /// <summary>Every feature that queries are counted by.</summary>
    public static IEnumerable<string> Features { get; } = QueryExpressions.AggregateNames.Concat(
    [
        "whole table", "where", "subquery", "projecting subquery", "inner join", "left join", "right join", "semi join", "anti join", "cross join", "small subqueries", "large subqueries",
        "group by position", "group by alias", "group by expression", "group by all", "group by two", "rollup", "cube", "grouping sets", "expression over group and aggregate", "order by position",
        "having", "qualify", "order of groups", "limit of groups", "no groups", "rows", "order of rows", "top rows", "distinct", "order of distinct rows", "distinct on",
        "aggregate of aggregates", "cte", "window over aggregates", "join of groups", "share of a total", "cte read twice", "set operation", "lateral unnest",
    ]);

    private static string[] Feature(string text, string feature) => text.Length > 0 ? [feature] : [];

    /// <summary>Whole queries.</summary>
    public static Gen<GeneratedQuery> Query { get; } = Gen.Frequency(
        (10, Grouped()), (3, AggregatedWhole()), (4, Rows()), (2, DistinctRows()), (1, DistinctOn()),
        (2, OverGroups()), (1, Shares()), (1, TwoUses()), (1, Unions()), (1, Correlations()));
}
