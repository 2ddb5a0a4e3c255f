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
            JobAnswer.Write(context, await JobRunner.WaitAsync(context, app, accepted.Id));
            return;
        }
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(accepted, CliJson.Readable.JobAccepted);
                break;
            case OutputFormat.Csv:
                CsvText.WriteRecord(context.Out.Writer, ["id", "kind"]);
                CsvText.WriteRecord(context.Out.Writer, [accepted.Id, accepted.Kind]);
                break;
            default:
                context.Out.WriteLine(accepted.Id);
                break;
        }
        if (app.InProcess)
            context.Note("The job is accepted. It runs while an app is up: start 'serve', or follow it with 'job ID --watch'.");
    }
}
