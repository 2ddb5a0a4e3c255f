namespace Pipeline.Grid;

/// <summary>Some units of a job, for one task.</summary>
/// <param name="Job">The job and its run.</param>
/// <param name="Units">The units' numbers.</param>
/// <param name="Part">Where the task writes: the part of the result, from 0.</param>
public sealed record GridUnits(GridRun Job, IReadOnlyList<int> Units, int Part = 0);
