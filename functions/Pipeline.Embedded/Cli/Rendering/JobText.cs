using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Jobs in each of the formats.</summary>
internal static class JobText
{
    /// <summary>Writes a job as the answer.</summary>
    public static void Answer(CliContext context, JobView job) => context.Answer(job, CliJson.Readable.JobView, (writer, one) => WriteCsv(writer, [one]), one =>
    {
        foreach (var line in Lines(one, context.Time.LocalTimeZone))
            context.Out.WriteLine(line);
    });

    /// <summary>A list of jobs for a person.</summary>
    public static TextTable Table(IReadOnlyList<JobView> jobs, TimeZoneInfo zone) => TextTable.Of(
        [new("id"), new("kind"), new("name"), new("status"), new("created"), new("took", true), new("tasks", true), new("rows", true)],
        jobs,
        j =>
        [
            j.Id,
            j.Kind,
            j.Name,
            j.Status.ToString(),
            Shown.Moment(j.CreatedAt, zone),
            IsOver(j) ? Shown.Duration(j.UpdatedAt - j.CreatedAt) : "",
            j.Progress is { TasksTotal: > 0 } p ? string.Create(CultureInfo.InvariantCulture, $"{p.TasksDone} of {p.TasksTotal}") : "",
            j.Output is { } output ? Shown.Number(output.Rows) : "",
        ]);

    /// <summary>Jobs as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<JobView> jobs) => CsvText.Write(
        writer,
        ["id", "kind", "name", "status", "createdAt", "updatedAt", "stage", "tasksDone", "tasksTotal", "rowsRead", "bytesRead", "rows", "bytes", "error"],
        jobs,
        j =>
        [
            j.Id,
            j.Kind,
            j.Name,
            j.Status.ToString(),
            Utc(j.CreatedAt),
            Utc(j.UpdatedAt),
            j.Progress?.Stage,
            CsvText.Number(j.Progress?.TasksDone),
            CsvText.Number(j.Progress?.TasksTotal),
            CsvText.Number(j.Progress?.RowsRead),
            CsvText.Number(j.Progress?.BytesRead),
            CsvText.Number(j.Output?.Rows),
            CsvText.Number(j.Output?.Bytes),
            j.Error?.Message,
        ]);

    // A fact a line.
    private static IEnumerable<string> Lines(JobView job, TimeZoneInfo zone)
    {
        yield return $"id        {Shown.Text(job.Id)}";
        yield return $"kind      {Shown.Text(job.Kind)}";
        yield return $"name      {Shown.Text(job.Name)}";
        yield return $"status    {job.Status}";
        yield return $"created   {Shown.Moment(job.CreatedAt, zone)}";
        yield return $"updated   {Shown.Moment(job.UpdatedAt, zone)}{(IsOver(job) ? $", took {Shown.Duration(job.UpdatedAt - job.CreatedAt)}" : "")}";
        if (job.Progress is not null)
        {
            var step = ProgressStep.Of(job);
            yield return $"progress  {step.Label}{(step.Detail.Length == 0 ? "" : $", {step.Detail}")}";
        }
        if (job.Output is { } output)
        {
            yield return $"result    {Shown.Count(output.Rows, "row")}, {ByteSize.Format(output.Bytes)} in {Shown.Count(output.FileCount, "file")}";
            foreach (var file in output.Files.Take(5))
                yield return $"          {Shown.Text($"{output.Container}/{file}")}";
            if (output.FileCount > 5)
                yield return $"          … and {Shown.Count(output.FileCount - 5, "file")} more";
            foreach (var (index, artifact) in (output.Artifacts ?? []).Index())
                yield return $"{(index == 0 ? "see also" : "        ")}  {Shown.Text(artifact)}";
        }
        if (job.Error is not { } error)
            yield break;
        yield return $"error     {Shown.Text(error.Message)}";
        if (error.Task is not null)
            yield return $"task      {Shown.Text(error.Task)}";
        if (error.Blob is not null)
            yield return $"blob      {Shown.Text(error.Blob)}";
        if (error.Advice is not null)
            yield return $"advice    {Shown.Text(error.Advice)}";
    }

    /// <summary>What a completed job did, in one line: rows, time, tasks, bytes.</summary>
    public static string Summary(JobView job)
    {
        var facts = new List<string>();
        if (job.Output is { } output)
            facts.Add(Shown.Count(output.Rows, "row"));
        facts.Add(Shown.Duration(job.UpdatedAt - job.CreatedAt));
        // The output's own figures are final; progress may be a step behind.
        if (Figure(job, "supersteps") is { } supersteps)
        {
            facts.Add(Shown.Count(supersteps, "superstep"));
        }
        else
        {
            if ((Figure(job, "tasks") ?? job.Progress?.TasksDone) is { } tasks)
                facts.Add(Shown.Count(tasks, "task"));
            if ((Figure(job, "bytesRead") ?? job.Progress?.BytesRead) is { } bytes)
                facts.Add($"{ByteSize.Format(bytes)} read");
        }
        facts.Add($"job {Shown.Text(job.Id)}");
        return string.Join(" · ", facts);
    }

    private static long? Figure(JobView job, string name) =>
        job.Output?.Statistics is { } statistics && statistics.TryGetValue(name, out var figure) ? figure : null;

    private static bool IsOver(JobView job) => job.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;

    private static string Utc(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
