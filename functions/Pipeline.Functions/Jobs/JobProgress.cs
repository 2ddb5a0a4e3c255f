namespace Pipeline.Jobs;

/// <summary>How far a job is.</summary>
/// <param name="Stage">The stage at work, for instance <c>scan</c>.</param>
/// <param name="StageNumber">Which stage that is, counted from 1.</param>
/// <param name="Stages">How many stages the job has; 0 while it is being planned.</param>
/// <param name="TasksDone">Tasks that have ended, over all stages.</param>
/// <param name="TasksTotal">Tasks of all stages.</param>
/// <param name="RowsRead">Rows read by the tasks that have ended.</param>
/// <param name="BytesRead">Bytes of storage read by the tasks that have ended.</param>
/// <param name="Note">What a person wants to know besides, in a few words, for instance how good a network is by now; null for nothing.</param>
public sealed record JobProgress(
    string Stage,
    int StageNumber = 0,
    int Stages = 0,
    int TasksDone = 0,
    int TasksTotal = 0,
    long RowsRead = 0,
    long BytesRead = 0,
    string? Note = null);
