using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli;

/// <summary>Why a verb could not do what it was asked: the problem document of <c>--output json</c>, and the text otherwise.
/// Its fields are those of RFC 9457 with a few of our own behind them.</summary>
/// <param name="Type">Which kind of problem, as a URI.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Detail">What went wrong this time.</param>
/// <param name="ExitCode">What the process ends with; see <see cref="Cli.ExitCode"/>.</param>
internal sealed record CliFault(string Type, string Title, string Detail, int ExitCode)
{
    /// <summary>The status of the app's answer; null if the app was not asked.</summary>
    public int? Status { get; init; }

    /// <summary>Every fault of the input; null where the input is not what is wrong.</summary>
    public IReadOnlyList<SpecFault>? Errors { get; init; }

    /// <summary>What to do; null where nothing better than the detail can be said.</summary>
    public string? Advice { get; init; }

    /// <summary>The job that failed.</summary>
    public string? Job { get; init; }

    /// <summary>The task of the job that failed.</summary>
    public string? Task { get; init; }

    /// <summary>The blob that the task failed on.</summary>
    public string? Blob { get; init; }

    public static CliFault Usage(string detail, string? advice = null) =>
        new("urn:pipeline:problem:usage", "The command line is wrong.", detail, Cli.ExitCode.Usage) { Advice = advice };

    public static CliFault InvalidInput(string detail, string? advice = null) =>
        new(ProblemTypes.InvalidRequest, "The input was refused.", detail, Cli.ExitCode.InvalidInput) { Advice = advice };

    public static CliFault NotFound(string detail, string? advice = null) =>
        new(ProblemTypes.NotFound, "There is no such thing.", detail, Cli.ExitCode.NotFound) { Advice = advice };

    public static CliFault Conflict(string detail, string? advice = null) =>
        new(ProblemTypes.Conflict, "Not possible in this state.", detail, Cli.ExitCode.Conflict) { Advice = advice };

    public static CliFault Unauthorized(string detail, string? advice = null) =>
        new("urn:pipeline:problem:unauthorized", "The app wants a key.", detail, Cli.ExitCode.Unauthorized) { Advice = advice };

    public static CliFault Unreachable(string detail, string? advice = null) =>
        new("urn:pipeline:problem:unreachable", "The app cannot be reached.", detail, Cli.ExitCode.Unreachable) { Advice = advice };

    public static CliFault CannotStart(string detail, string? advice = null) =>
        new("urn:pipeline:problem:cannot-start", "The app cannot start.", detail, Cli.ExitCode.Unreachable) { Advice = advice };

    public static CliFault Unhealthy(string detail, string? advice = null) =>
        new("urn:pipeline:problem:unhealthy", "Something will not work.", detail, Cli.ExitCode.Unhealthy) { Advice = advice };

    public static CliFault Interrupted(string detail, string? advice = null) =>
        new("urn:pipeline:problem:interrupted", "Interrupted.", detail, Cli.ExitCode.Interrupted) { Advice = advice };

    public static CliFault Unexpected(string detail, string? advice = null) =>
        new("urn:pipeline:problem:unexpected", "Something unexpected happened.", detail, Cli.ExitCode.Unexpected) { Advice = advice };

    /// <summary>The fault that a job's end amounts to: failed, or cancelled by somebody.</summary>
    public static CliFault JobFailed(JobView job) =>
        new("urn:pipeline:problem:job-failed", "The job did not complete.",
            job.Error?.Message ?? $"Job '{job.Id}' is {job.Status}.", Cli.ExitCode.JobFailed)
        {
            Job = job.Id,
            Task = job.Error?.Task,
            Blob = job.Error?.Blob,
            Advice = job.Error?.Advice,
        };
}
