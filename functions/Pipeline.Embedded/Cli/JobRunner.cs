using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>Follows jobs for the verbs that wait for one.</summary>
internal static class JobRunner
{
    // A job that is asked to stop when the user is already leaving: long enough for any app that lives.
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(10);

    /// <summary>Waits for a job and shows its progress.</summary>
    /// <exception cref="CliException">It failed, or somebody cancelled it.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C; the job goes on.</exception>
    public static async Task<JobView> WaitAsync(CliContext context, AppConnection app, string id)
    {
        var job = await context.Progress.ShowAsync(new ProgressStep("Job", Shown.Text(id), null), progress =>
            JobWatcher.For(app, context.Time).WatchAsync(id, seen => progress.Report(ProgressStep.Of(seen)), context.Interrupted));
        return job.Status == JobStatus.Completed ? job : throw new CliException(CliFault.JobFailed(job));
    }

    /// <summary>The same for a job that belongs to this command: Ctrl-C cancels it.</summary>
    public static async Task<JobView> WaitOrCancelAsync(CliContext context, AppConnection app, string id)
    {
        try
        {
            return await WaitAsync(context, app, id);
        }
        catch (OperationCanceledException) when (context.Interrupted.IsCancellationRequested)
        {
            context.Note($"Cancelling job {id} (Ctrl-C again quits at once)");
            throw new CliException(await CancelAsync(app, id));
        }
    }

    private static async Task<CliFault> CancelAsync(AppConnection app, string id)
    {
        using var limit = new CancellationTokenSource(CancelWithin);
        try
        {
            await app.Client.CancelJobAsync(id, limit.Token);
            return CliFault.Interrupted($"Interrupted; job {id} is cancelled.") with { Job = id };
        }
        catch (CliException e) when (e.Fault.ExitCode == ExitCode.Conflict)
        {
            return CliFault.Interrupted($"Interrupted; job {id} had ended already.", $"See: job {id}") with { Job = id };
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            return CliFault.Interrupted($"Interrupted; job {id} could not be cancelled and may go on: {e.Message}", $"Try: cancel {id}") with { Job = id };
        }
    }
}
