using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>What an orchestration must know of a grid job.</summary>
/// <param name="Units">Work units.</param>
/// <param name="Pages">Pages that they are registered in.</param>
/// <param name="Error">Why there are none.</param>
public sealed record GridShape(int Units, int Pages, JobError? Error = null);
