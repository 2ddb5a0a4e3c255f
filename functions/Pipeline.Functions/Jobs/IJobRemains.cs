namespace Pipeline.Jobs;

/// <summary>What a room keeps of its jobs elsewhere than in the folders of <see cref="JobFiles"/>: it is removed when a job is cancelled.</summary>
public interface IJobRemains
{
    /// <summary>Removes what there is of a job; nothing where the job is of another kind. It may be asked again.</summary>
    Task RemoveAsync(string jobId, CancellationToken cancellationToken);
}
