using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>What the final task tells its orchestration.</summary>
/// <param name="Report">Its figures.</param>
/// <param name="Columns">The columns of the result.</param>
/// <param name="Files">Paths of the result's files in the container <c>results</c>.</param>
public sealed record BatchOutcome(TaskReport Report, IReadOnlyList<ResultColumn> Columns, IReadOnlyList<string> Files);
