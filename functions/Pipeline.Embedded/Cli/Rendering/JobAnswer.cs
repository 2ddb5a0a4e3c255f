using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Writes one job in the format that was asked for.</summary>
internal static class JobAnswer
{
    /// <summary>Writes the job as the answer.</summary>
    public static void Write(CliContext context, JobView job)
    {
        switch (context.Settings.Output)
        {
            case OutputFormat.Json:
                context.WriteJson(job, CliJson.Readable.JobView);
                break;
            case OutputFormat.Csv:
                JobText.WriteCsv(context.Out.Writer, [job]);
                break;
            default:
                foreach (var line in JobText.Lines(job, context.Time.LocalTimeZone))
                    context.Out.WriteLine(line);
                break;
        }
    }
}
