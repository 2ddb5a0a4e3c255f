using System.Globalization;
using Microsoft.DurableTask;
using Pipeline.Grid.State;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>Shows a grid job's progress as the orchestration's custom status.</summary>
internal sealed class GridProgress(TaskOrchestrationContext context)
{
    private JobProgress _progress = new("split");

    public void Splitting() => context.SetCustomStatus(new JobState(_progress = new JobProgress("split", 1, 2)));

    public void Show(GridShape shape, Tally counts)
    {
        var notes = new List<string> { $"{N(counts.InProgress)} in progress", $"{N(counts.Unsent)} waiting for hosts", $"{N(counts.Valid)} valid" };
        if (counts.Invalid > 0)
            notes.Add($"{N(counts.Invalid)} invalid");
        if (counts.Errors > 0)
            notes.Add($"{N(counts.Errors)} errors");
        if (counts.NoReply > 0)
            notes.Add($"{N(counts.NoReply)} without reply");
        if (counts.Failed > 0)
            notes.Add($"{N(counts.Failed)} units given up");
        _progress = new JobProgress("compute", 2, 2, (int)(counts.Done + counts.Failed), shape.Units, Note: string.Join(" · ", notes));
        context.SetCustomStatus(new JobState(_progress));
    }

    /// <summary>Shows why the job fails, and gives the exception to end it with.</summary>
    public JobFailedException Fail(JobError error) => context.Fail(_progress, error);

    public static IReadOnlyDictionary<string, long> Statistics(Tally counts) => new Dictionary<string, long>
    {
        ["units"] = counts.Units,
        ["unitsDone"] = counts.Done,
        ["unitsFailed"] = counts.Failed,
        ["results"] = counts.Spent + counts.InProgress,
        ["resultsValid"] = counts.Valid,
        ["resultsInvalid"] = counts.Invalid,
        ["resultsFailed"] = counts.Errors,
        ["resultsWithoutReply"] = counts.NoReply,
        ["resultsWasted"] = counts.Spent + counts.InProgress - counts.Done,
    };

    private static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
