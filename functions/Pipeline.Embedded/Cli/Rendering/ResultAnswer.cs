using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Fetches a job's rows and writes them in the format that was asked for.</summary>
internal static class ResultAnswer
{
    /// <summary>Rows that a table shows unless the user says otherwise: about a screen.</summary>
    public const int RowsForPeople = 50;

    /// <summary>Fetches the rows.</summary>
    /// <param name="client">The app.</param>
    /// <param name="id">The job.</param>
    /// <param name="top">How many at most; null takes what suits <paramref name="format"/>.</param>
    /// <param name="format">How they will be written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<JobResult> FetchAsync(PipelineClient client, string id, int? top, OutputFormat format, CancellationToken cancellationToken) =>
        client.GetResultAsync(id, top ?? (format == OutputFormat.Table ? RowsForPeople : Commands.CommonArguments.MostRows), cancellationToken);

    /// <summary>Writes the rows as the answer, and says how many are missing.</summary>
    public static void Write(CliContext context, JobResult result)
    {
        context.Answer(result, ResultText.WriteJson, ResultText.WriteCsv, shown =>
        {
            context.WriteTable(ResultText.Table(shown));
            if (shown.Rows.Count < shown.RowCount)
                context.Out.WriteLine($"… {Shown.Number(shown.Rows.Count)} of {Shown.Count(shown.RowCount, "row")}; --top N shows more.");
        });
        if (context.Settings.Output != OutputFormat.Table)
            NoteMissing(context, result);
    }

    /// <summary>Tells the user that rows are missing, where the answer itself cannot.</summary>
    public static void NoteMissing(CliContext context, JobResult result)
    {
        if (result.Rows.Count < result.RowCount)
            context.Note($"These are the first {Shown.Number(result.Rows.Count)} of {Shown.Count(result.RowCount, "row")}. All are in {string.Join(", ", result.Files.Take(3).Select(Shown.Text))}{(result.Files.Count > 3 ? ", …" : "")}");
    }
}
