using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>Tells of a job that has just been started, and waits for its end where that is wanted.</summary>
internal static class StartedJob
{
    public static async Task ShowAsync(CliContext context, AppConnection app, JobAccepted accepted, bool wait)
    {
        if (wait)
        {
            JobText.Answer(context, await JobRunner.WaitAsync(context, app, accepted.Id));
            return;
        }
        context.Answer(
            accepted, CliJson.Readable.JobAccepted,
            (writer, job) => CsvText.Write(writer, ["id", "kind"], [job], j => [j.Id, j.Kind]),
            job => context.Out.WriteLine(job.Id));
        if (app.InProcess)
            context.Note("The job is accepted. It runs while an app is up: start 'serve', or follow it with 'job ID --watch'.");
    }
}
