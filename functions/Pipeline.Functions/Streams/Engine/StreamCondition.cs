using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>A condition on the rows of a query's result, for alerts: <c>vwap &gt; 100</c>.</summary>
public sealed class StreamCondition
{
    private StreamCondition(string text, string sql) => (Text, Sql) = (text, sql);

    /// <summary>The condition as it was written.</summary>
    public string Text { get; }

    /// <summary>The condition over columns named by their positions.</summary>
    internal string Sql { get; }

    /// <summary>Checks a condition and makes it ready.</summary>
    /// <param name="condition">An expression of type BOOLEAN over the result's columns, without aggregates and subqueries.</param>
    /// <param name="query">The query.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SqlException">The condition is wrong or not allowed.</exception>
    public static async Task<StreamCondition> CompileAsync(string condition, StreamQuery query, CancellationToken cancellationToken) =>
        new(condition, await ConditionSql.MakeAsync(condition, query.Result, cancellationToken));
}
