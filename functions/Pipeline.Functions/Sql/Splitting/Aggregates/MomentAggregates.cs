namespace Pipeline.Sql;

/// <summary>
/// Variances, covariances and regressions. A state holds the count, the means and the centred sums of squares and products;
/// two states merge by the pairwise formulas of Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance" (1983),
/// always in the order of the tasks, so that the last digits do not depend on which task ended first.
/// </summary>
internal static class MomentAggregates
{
    private const string InOrder = $"list({{0}} ORDER BY {SplitNames.Order}) FILTER ({{0}}.n > 0)";

    public static AggregateState? For(AggregateCall call, IReadOnlyList<string> types)
    {
        if (call.Arguments.Count == 1)
        {
            return Variance(call.Name);
        }

        return call.Arguments.Count == 2 ? Regression(call.Name) : null;
    }

    private static AggregateState? Variance(string name)
    {
        var final = name switch
        {
            "var_pop" => "CASE WHEN {0}.n > 0 THEN {0}.m2 / {0}.n END",
            "var_samp" or "variance" => "CASE WHEN {0}.n > 1 THEN {0}.m2 / ({0}.n - 1) END",
            "stddev_pop" => "CASE WHEN {0}.n > 0 THEN sqrt({0}.m2 / {0}.n) END",
            "stddev_samp" or "stddev" => "CASE WHEN {0}.n > 1 THEN sqrt({0}.m2 / ({0}.n - 1)) END",
            "sem" => "CASE WHEN {0}.n > 0 THEN sqrt({0}.m2 / {0}.n) / sqrt({0}.n) END",
            _ => null,
        };
        var x = $"CAST({AggregateState.Argument(0)} AS DOUBLE)";
        return final is null ? null : AggregateState.Simple(
            "count, mean and sum of squares",
            $"struct_pack(n := count({x}), mean := avg({x}), m2 := var_pop({x}) * count({x}))",
            $$"""
            list_reduce({{InOrder}}, lambda a, b: struct_pack(
              n := a.n + b.n,
              mean := a.mean + (b.mean - a.mean) * b.n / (a.n + b.n),
              m2 := a.m2 + b.m2 + (b.mean - a.mean) * (b.mean - a.mean) * a.n * b.n / (a.n + b.n)))
            """,
            final);
    }

    private static AggregateState? Regression(string name)
    {
        var final = name switch
        {
            "covar_pop" => "CASE WHEN {0}.n > 0 THEN {0}.sxy / {0}.n END",
            "covar_samp" => "CASE WHEN {0}.n > 1 THEN {0}.sxy / ({0}.n - 1) END",
            "corr" => "CASE WHEN {0}.n > 0 THEN ({0}.sxy / {0}.n) / (sqrt({0}.sxx / {0}.n) * sqrt({0}.syy / {0}.n)) END",
            "regr_count" => "coalesce({0}.n, 0)",
            "regr_avgx" => "{0}.mx",
            "regr_avgy" => "{0}.my",
            "regr_sxx" => "{0}.sxx",
            "regr_syy" => "{0}.syy",
            "regr_sxy" => "{0}.sxy",
            "regr_slope" => "CASE WHEN {0}.n > 0 THEN {0}.sxy / {0}.sxx END",
            "regr_intercept" => "CASE WHEN {0}.n > 0 AND {0}.sxx > 0 THEN {0}.my - {0}.sxy / {0}.sxx * {0}.mx END",
            "regr_r2" => "CASE WHEN {0}.n > 0 AND {0}.sxx > 0 THEN CASE WHEN {0}.syy = 0 THEN 1 ELSE {0}.sxy * {0}.sxy / ({0}.sxx * {0}.syy) END END",
            _ => null,
        };

        // Regressions take the dependent variable first.
        var (y, x) = ($"CAST({AggregateState.Argument(0)} AS DOUBLE)", $"CAST({AggregateState.Argument(1)} AS DOUBLE)");
        return final is null ? null : AggregateState.Simple(
            "counts, means and sums of squares and products",
            $"struct_pack(n := CAST(regr_count({y}, {x}) AS BIGINT), mx := regr_avgx({y}, {x}), my := regr_avgy({y}, {x}), sxx := regr_sxx({y}, {x}), syy := regr_syy({y}, {x}), sxy := regr_sxy({y}, {x}))",
            $$"""
            list_reduce({{InOrder}}, lambda a, b: struct_pack(
              n := a.n + b.n,
              mx := a.mx + (b.mx - a.mx) * b.n / (a.n + b.n),
              my := a.my + (b.my - a.my) * b.n / (a.n + b.n),
              sxx := a.sxx + b.sxx + (b.mx - a.mx) * (b.mx - a.mx) * a.n * b.n / (a.n + b.n),
              syy := a.syy + b.syy + (b.my - a.my) * (b.my - a.my) * a.n * b.n / (a.n + b.n),
              sxy := a.sxy + b.sxy + (b.mx - a.mx) * (b.my - a.my) * a.n * b.n / (a.n + b.n)))
            """,
            final);
    }
}
