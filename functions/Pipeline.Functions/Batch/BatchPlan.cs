using Pipeline.Sql;

namespace Pipeline.Batch;

/// <summary>A batch job cut into tasks, with every input pinned to the version that was planned on. Written once, to
/// <c>jobs/{jobId}/{run}/plan.json</c>; tasks find their part in it by stage and number.</summary>
/// <param name="Tables">The tables and the files behind them.</param>
/// <param name="Stages">The stages before the final task, each after those that it reads; none where the query is not split.</param>
/// <param name="FinalSql">The query of the final task; the user's own query where it is not split.</param>
/// <param name="FinalInputs">Names of the tables and stages that the final task reads.</param>
/// <param name="StatesAreResult">Whether the states of the one stage are the result as they are, so that the final task has nothing
/// to compute.</param>
/// <param name="ResultColumns">Names and SQL types of the result.</param>
/// <param name="Output">The dataset to write, if any.</param>
/// <param name="Options">How it runs.</param>
/// <param name="Notes">What a person should know of the plan.</param>
public sealed record BatchPlan(
    IReadOnlyList<BatchTable> Tables,
    IReadOnlyList<BatchStage> Stages,
    string FinalSql,
    IReadOnlyList<string> FinalInputs,
    bool StatesAreResult,
    IReadOnlyList<ColumnSchema> ResultColumns,
    BatchOutputSpec? Output,
    BatchOptions Options,
    IReadOnlyList<string> Notes)
{
    /// <summary>The files of those of some inputs that are tables.</summary>
    internal IEnumerable<BatchFile> FilesOf(IReadOnlyList<string> inputs) =>
        Tables.Where(t => inputs.Contains(t.Name, StringComparer.OrdinalIgnoreCase)).SelectMany(t => t.Files);
}
