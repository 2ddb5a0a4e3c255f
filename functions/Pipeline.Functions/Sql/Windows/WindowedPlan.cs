namespace Pipeline.Sql;

/// <summary>The part of a <see cref="StreamPlan"/> that only windows need.</summary>
/// <param name="Window">The window.</param>
/// <param name="GroupKeys">What is grouped by beside the window: the names of the stream's columns, or the texts of expressions.</param>
/// <param name="Pane">The name of the state's column with the start of the pane, in microseconds; of <paramref name="BlockColumns"/> the window's start.</param>
/// <param name="Keys">The names of the state's columns with the group keys, in the order of <paramref name="GroupKeys"/>.</param>
/// <param name="FinerKeys">The names of the state's columns with values of aggregates by which states are grouped too.</param>
/// <param name="StateColumns">All columns of a state: the keys and the pane, the finer keys, for sessions <see cref="First"/> and <see cref="Last"/>, the aggregates' states.</param>
/// <param name="Merges">For each aggregate's state, the select item that merges it; reads <see cref="SplitNames.Order"/> where <paramref name="IsOrdered"/>.</param>
/// <param name="IsOrdered">True if a result depends on the order of events.</param>
/// <param name="LooksAcrossGroups">True if the rows of a window depend on each other (LIMIT, QUALIFY, window functions), so that they must meet in one place.</param>
/// <param name="Block">The name under which <paramref name="FinalSql"/> reads states: <see cref="BlockColumns"/>, with TIMESTAMPs for the window's start and end.</param>
/// <param name="BlockColumns">The columns that it reads of each state.</param>
/// <param name="EndColumn">Which of them is the window's end.</param>
/// <param name="FinalSql">
/// States, each under the window that it belongs to, to rows of the result: columns <see cref="WindowMarkers.Start"/>, <see cref="WindowMarkers.End"/> and the
/// result's by position, in the order of the windows' ends and of the rows within a window.
/// </param>
internal sealed record WindowedPlan(
    WindowCall Window,
    IReadOnlyList<string> GroupKeys,
    string Pane,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> FinerKeys,
    IReadOnlyList<ColumnSchema> StateColumns,
    IReadOnlyList<string> Merges,
    bool IsOrdered,
    bool LooksAcrossGroups,
    string Block,
    IReadOnlyList<ColumnSchema> BlockColumns,
    string EndColumn,
    string FinalSql)
{
    /// <summary>The state's column with the time of the first event, in microseconds; of sessions only.</summary>
    public const string First = SplitNames.Prefix + "first";

    /// <summary>The state's column with the time of the last event, in microseconds; of sessions only.</summary>
    public const string Last = SplitNames.Prefix + "last";
}
