using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What an orchestration must know of a scoring job.</summary>
/// <param name="Tasks">How many tasks there are.</param>
/// <param name="Columns">The columns that they write.</param>
/// <param name="Output">The dataset that they write to.</param>
/// <param name="Version">The version of the model.</param>
/// <param name="Error">Why there will be none.</param>
public sealed record ScoringShape(int Tasks, IReadOnlyList<ResultColumn> Columns, string Output, int Version, JobError? Error = null);
