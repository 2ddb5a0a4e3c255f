using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>What a part of a job's result holds.</summary>
/// <param name="File">Its file in the container <c>results</c>; null where none of its units has rows.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Columns">The columns; null where there is no file.</param>
/// <param name="Failures">A list of the units that were given up, in the container <c>results</c>; null where none was.</param>
/// <param name="Error">Why it could not be made.</param>
public sealed record PartReport(string? File, long Rows, long Bytes, IReadOnlyList<ResultColumn>? Columns, string? Failures = null, JobError? Error = null);
