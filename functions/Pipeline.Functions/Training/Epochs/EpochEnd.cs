namespace Pipeline.Training;

/// <summary>What an orchestration knows of an epoch that has ended.</summary>
/// <param name="JobId">The job.</param>
/// <param name="JobRun">The run of the job.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Round">The round that comes next.</param>
/// <param name="Samples">Samples that were learnt from.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Bytes">Bytes that workers exchanged.</param>
public sealed record EpochEnd(string JobId, string JobRun, int Epoch, int Round, long Samples, double Loss, double Seconds, long Bytes)
{
    internal TrainingRun Run => new(JobId, JobRun);
}
