namespace Pipeline.Sql;

/// <summary>A checked query over a stream, made into statements that a stream's task runs.</summary>
/// <param name="Result">The result's columns.</param>
/// <param name="PartialSql">
/// Over the table of events. Of a windowed query: one row a group and pane with the states of its aggregates, columns <see cref="WindowedPlan.StateColumns"/>;
/// of another: the result's rows, by position.
/// </param>
/// <param name="References">The reference tables that the query names.</param>
/// <param name="Windowed">What a windowed query has more; null for one that treats each event by itself.</param>
/// <param name="Description">For people: what is grouped, how each aggregate is kept.</param>
internal sealed record StreamPlan(
    IReadOnlyList<ColumnSchema> Result,
    string PartialSql,
    IReadOnlyList<string> References,
    WindowedPlan? Windowed,
    IReadOnlyList<string> Description);
