using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>Follows a job to its end by asking again and again: often at first, because most jobs are short, and rarely later.</summary>
/// <param name="client">The app.</param>
/// <param name="time">Measures the pauses.</param>
/// <param name="longestPause">The longest pause between two questions.</param>
internal sealed class JobWatcher(PipelineClient client, TimeProvider time, TimeSpan longestPause)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    // A remote app that restarts, or a network that blinks, is back within this time; nothing of the job is lost meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The pauses that suit where the app is.</summary>
    public static JobWatcher For(AppConnection app, TimeProvider time) =>
        new(app.Client, time, app.InProcess ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1));

    /// <summary>Waits until the job has ended.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="onChange">Is told every state that is seen, the last one too.</param>
    /// <param name="cancellationToken">Stops watching; the job goes on.</param>
    /// <returns>The job as it ended.</returns>
    public async Task<JobView> WatchAsync(string id, Action<JobView> onChange, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        long? silentSince = null;
        while (true)
        {
            try
            {
                var job = await client.GetJobAsync(id, cancellationToken);
                silentSince = null;
                onChange(job);
                if (job.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled)
                    return job;
            }
            catch (CliException e) when (e.Fault.ExitCode == ExitCode.Unreachable)
            {
                silentSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(silentSince.Value) > Patience)
                    throw;
            }
            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 1.25 < longestPause ? pause * 1.25 : longestPause;
        }
    }
}
