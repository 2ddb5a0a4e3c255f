using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Runs the tasks of jobs.</summary>
internal static class JobTask
{
    /// <summary>Runs a task until its job is cancelled. What cannot heal comes back as data, so that it is not tried again and keeps its
    /// form; what can is thrown, and the retry policy of the orchestration has it tried again.</summary>
    /// <param name="store">Where the mark of a cancelled job comes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="name">The task, as errors call it.</param>
    /// <param name="work">The task; its token ends with the job's cancellation, too.</param>
    /// <param name="describe">Tells failures that cannot heal, such as <see cref="JobFaults.Describe"/>.</param>
    /// <param name="failed">Makes an error the task's result.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public static async Task<T> GuardAsync<T>(
        IObjectStore store, TimeProvider time, string jobId, string name, Func<CancellationToken, Task<T>> work,
        Func<Exception, string, JobError?> describe, Func<JobError, T> failed, CancellationToken cancellationToken)
    {
        DataFlow.EnterJob(jobId);
        await using var cancellation = JobCancellation.Watch(store, jobId, time, cancellationToken);
        try
        {
            return await work(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return failed(new JobError("The job was cancelled.", name));
        }
        catch (Exception e) when (describe(e, name) is { } error)
        {
            return failed(error);
        }
    }
}
