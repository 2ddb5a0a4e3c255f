using CsCheck;

namespace Pipeline.Tests.Sql;

/// <summary>Random expressions over the columns of <c>big</c>.</summary>
internal static class QueryExpressions
{
    private static readonly Gen<string> Numbers = Gen.OneOf(
        "k", "i", "d", "i % 7", "k + 1", "coalesce(k, -1)", "length(s)", "CASE WHEN b THEN k ELSE -k END", "year(t)", "k * 2 - 1", "CAST(d AS INTEGER)", "CAST(i AS HUGEINT) * 3");

    private static readonly Gen<string> Floats = Gen.OneOf("x", "x * 2", "CAST(k AS DOUBLE) / 3", "CASE WHEN isfinite(x) THEN x END", "CAST(d AS FLOAT)");

    /// <summary>Without infinities and NaN, on which DuckDB's variances end in an error.</summary>
    private static readonly Gen<string> Finite = Gen.OneOf("CASE WHEN isfinite(x) THEN x END", "d", "k", "i % 100");

    private static readonly Gen<string> Texts = Gen.OneOf("s", "upper(s)", "s || '!'", "left(s, 1)", "coalesce(s, 'none')");

    private static readonly Gen<string> Values = Gen.OneOf(Numbers, Texts, Gen.OneOf("t", "ts", "b", "x"));

    private static readonly Gen<string> Simple = Gen.OneOf(
        "k > 1", "k <= 2", "k IN (0, 2, 4)", "k IS NULL", "k IS NOT NULL", "s LIKE 'a%'", "s >= 'b'", "b", "NOT b", "x < 0.5", "x > 0", "t >= DATE '2001-02-01'",
        "t BETWEEN DATE '2001-01-15' AND DATE '2001-02-01' + INTERVAL 10 DAY", "i > 1000", "d BETWEEN 1 AND 50", "n % 3 <> 0", "k = length(s)", "s = 'äö'", "ts < TIMESTAMP '2001-03-01'");

    /// <summary>What rows are filtered by.</summary>
    public static Gen<string> Condition { get; } = Gen.Frequency(
        (5, Simple),
        (2, Gen.Select(Simple, Simple, (a, b) => $"({a} AND {b})")),
        (2, Gen.Select(Simple, Simple, (a, b) => $"({a} OR {b})")),
        (1, Simple.Select(a => $"NOT ({a})")));

    /// <summary>What rows are grouped by.</summary>
    public static Gen<string> Key { get; } = Gen.OneOf("k", "k", "s", "b", "k % 2", "upper(s)", "date_trunc('month', t)", "CASE WHEN d > 10 THEN 'high' WHEN d IS NULL THEN 'none' END", "d", "st", "i");

    /// <summary>What is selected of a row.</summary>
    public static Gen<string> Item { get; } = Gen.OneOf(Values, Gen.OneOf("l", "st", "st.a", "list_transform(l, lambda e: e + 1)", "CAST(k AS HUGEINT) * 100", "CASE WHEN d > 10 THEN s END", "t + INTERVAL 1 MONTH", "INTERVAL 3 DAY * k", "l[1]"));

    /// <summary>Aggregates, and what to call them when counting.</summary>
    /// <param name="inRowOrder">Whether to use those that depend on the order in which rows come, which a join may change.</param>
    public static Gen<(string Sql, string Feature)> Aggregate(bool inRowOrder)
    {
        IGen<(string, string)>[] always =
        [
            Of("count_star", "count", Gen.Const("*")), Of("count", Values), Of("count_if", Simple),
            Of("sum", Numbers), Of("sum of floats", "sum", Floats), Of("avg", Numbers), Of("avg of floats", "avg", Floats), Of("fsum", Gen.Const("d")), Of("favg", Gen.Const("d")),
            Of("min", Values), Of("max", Values), Of("bool_and", Simple), Of("bool_or", Simple), Of("bit_and", Gen.Const("k")), Of("bit_or", Gen.Const("i")), Of("bit_xor", Gen.Const("k")),
            Of("product", Gen.Const("CASE WHEN k > 0 THEN k END")),
            Of("stddev_samp", Finite), Of("stddev_pop", Finite), Of("var_samp", Finite), Of("var_pop", Finite), Of("sem", Finite),
            Of("covar_pop", Gen.Const("d, k")), Of("covar_samp", Gen.Const("k, d")), Of("corr", Gen.Const("d, k")), Of("regr_slope", Gen.Const("k, d")), Of("regr_intercept", Gen.Const("d, k")),
            Of("regr_r2", Gen.Const("d, k")), Of("regr_count", Gen.Const("k, d")), Of("regr_avgx", Gen.Const("k, d")), Of("regr_avgy", Gen.Const("k, d")),
            Of("regr_sxx", Gen.Const("k, d")), Of("regr_syy", Gen.Const("k, d")), Of("regr_sxy", Gen.Const("k, d")),
            Of("median", Numbers), Of("mad", Gen.OneOf("k", "d")), Of("quantile_cont", Finite.Select(a => a + ", 0.25")), Of("quantile_disc", Numbers.Select(a => a + ", [0.1, 0.9]")),
            Of("approx_count_distinct", Values), Of("histogram", Gen.OneOf("k", "s")), Of("skewness", Gen.Const("k")), Of("kurtosis", Gen.Const("k")), Of("entropy", Gen.Const("s")),
            Of("count distinct", "count", Values.Select(a => "DISTINCT " + a)), Of("sum distinct", "sum", Numbers.Select(a => "DISTINCT " + a)), Of("min distinct", "min", Gen.Const("DISTINCT s")),
            Of("string_agg distinct", "string_agg", Gen.Const("DISTINCT s, '|' ORDER BY s")),
            Of("string_agg ordered", "string_agg", Texts.Select(a => a + ", '-' ORDER BY n DESC")), Of("list ordered", "list", Values.Select(a => a + " ORDER BY k DESC NULLS LAST, n")),
            Of("first ordered", "first", Values.Select(a => a + " ORDER BY n")), Of("last ordered", "last", Values.Select(a => a + " ORDER BY s, n")),
            Of("arg_min", Values.Select(a => a + ", n")), Of("arg_max", Values.Select(a => a + ", n")), Of("arg_max of some", "arg_max", Gen.Const("s, n, 2")), Of("max of some", "max", Gen.Const("n, 3")),
        ];
        IGen<(string, string)>[] ordered =
        [
            Of("first", Values), Of("last", Values), Of("any_value", Values), Of("arg_min with ties", "arg_min", Values.Select(a => a + ", k")), Of("arg_max with ties", "arg_max", Values.Select(a => a + ", s")),
            Of("list", Values), Of("array_agg", Values), Of("string_agg", Texts.Select(a => a + ", ','")), Of("mode", Gen.OneOf("k", "s")),
        ];
        return Gen.OneOf(inRowOrder ? [.. always, .. ordered] : always);
    }

    /// <summary>Every name by which aggregates are counted.</summary>
    public static IReadOnlyList<string> AggregateNames { get; } =
    [
        "count_star", "count", "count_if", "sum", "sum of floats", "avg", "avg of floats", "fsum", "favg", "min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor", "product",
        "stddev_samp", "stddev_pop", "var_samp", "var_pop", "sem", "covar_pop", "covar_samp", "corr", "regr_slope", "regr_intercept", "regr_r2", "regr_count", "regr_avgx", "regr_avgy", "regr_sxx", "regr_syy", "regr_sxy",
        "median", "mad", "quantile_cont", "quantile_disc", "approx_count_distinct", "histogram", "skewness", "kurtosis", "entropy", "count distinct", "sum distinct", "min distinct",
        "string_agg distinct", "string_agg ordered", "list ordered", "first ordered", "last ordered", "arg_min", "arg_max", "arg_max of some", "max of some",
        "first", "last", "any_value", "arg_min with ties", "arg_max with ties", "list", "array_agg", "string_agg", "mode",
    ];

    private static readonly Gen<string> Filters = Gen.Frequency((3, Gen.Const("")), (1, Simple.Select(c => $" FILTER (WHERE {c})")));

    private static Gen<(string, string)> Of(string function, Gen<string> arguments) => Of(function, function, arguments);

    private static Gen<(string, string)> Of(string feature, string function, Gen<string> arguments) => Gen.Select(arguments, Filters, (a, f) => ($"{function}({a}){f}", feature));
}
