namespace Pipeline.Grid;

/// <summary>Asks how far a job is.</summary>
/// <param name="Job">The job and its run.</param>
/// <param name="Shape">What the job is made of.</param>
public sealed record GridAdvance(GridRun Job, GridShape Shape);
