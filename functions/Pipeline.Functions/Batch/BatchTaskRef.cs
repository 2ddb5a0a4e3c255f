namespace Pipeline.Batch;

/// <summary>Names a task of a batch job; the task itself stands in the plan.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run of the job: one that is restarted plans and works anew.</param>
/// <param name="Stage">The number of the stage.</param>
/// <param name="Level">0 for a task of the stage itself; from 1 on, the level of a merge of its states.</param>
/// <param name="Index">The number of the task in its stage or level.</param>
/// <param name="StageName">What people call the stage or level, for instance <c>scan 1 merge 2</c>.</param>
public sealed record BatchTaskRef(string JobId, string Run, int Stage, int Level, int Index, string StageName)
{
    /// <inheritdoc/>
    public override string ToString() => $"{StageName}/{Index}";
}
