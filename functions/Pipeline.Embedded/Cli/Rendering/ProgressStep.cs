using System.Globalization;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>How far something is, as it is shown.</summary>
/// <param name="Label">What is going on, for instance <c>scan (1/2)</c>.</param>
/// <param name="Detail">How far it is, in words.</param>
/// <param name="Fraction">How far it is, from 0 to 1; null while that is not known.</param>
internal readonly record struct ProgressStep(string Label, string Detail, double? Fraction)
{
    /// <summary>The step on one line.</summary>
    public override string ToString() => Detail.Length == 0 ? Label : $"{Label}: {Detail}";

    /// <summary>How far a job is.</summary>
    public static ProgressStep Of(JobView job)
    {
        if (job.Status is JobStatus.Suspended)
            return new ProgressStep("suspended", "it goes on when resumed", null);
        if (job.Progress is not { } progress)
            return new ProgressStep(job.Status == JobStatus.Pending ? "waiting" : "starting", "", null);
        var label = progress.Stages > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Shown.Text(progress.Stage)} ({progress.StageNumber}/{progress.Stages})")
            : Shown.Text(progress.Stage);
        if (progress.TasksTotal == 0)
            return new ProgressStep(label, "", null);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{progress.TasksDone} of {Shown.Count(progress.TasksTotal, "task")}");
        if (progress.BytesRead > 0)
            detail += $", {ByteSize.Format(progress.BytesRead)} read";
        if (progress.Note is { } note)
            detail = Shown.Text(note);
        return new ProgressStep(label, detail, (double)progress.TasksDone / progress.TasksTotal);
    }
}
