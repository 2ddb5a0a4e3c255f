namespace Pipeline.Sql;

/// <summary>
/// The steps of a split query. Blocks and derived tables name each other as inputs and form a graph without cycles;
/// <see cref="FinalSql"/> comes last.
/// </summary>
/// <param name="Blocks">The scans of the large table.</param>
/// <param name="Derived">Small intermediate results that blocks or the final step read as tables.</param>
/// <param name="FinalSql">Makes the result. Reads the tables in <paramref name="FinalInputs"/>.</param>
/// <param name="FinalInputs">Names of blocks, derived tables and small tables that the final step reads.</param>
public sealed record SplitQuery(
    IReadOnlyList<ScanBlock> Blocks,
    IReadOnlyList<DerivedTable> Derived,
    string FinalSql,
    IReadOnlyList<string> FinalInputs)
{
    /// <summary>
    /// True when the result is just the partials of the one block, one after the other: the tasks may write their parts of
    /// the result side by side, and no final step is needed. Columns of the partial are the result's, by position.
    /// </summary>
    public bool PartialsAreResult { get; init; }
}
