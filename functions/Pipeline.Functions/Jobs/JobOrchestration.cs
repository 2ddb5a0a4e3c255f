using Microsoft.DurableTask;

namespace Pipeline.Jobs;

/// <summary>What the orchestrations of jobs do alike.</summary>
internal static class JobOrchestration
{
    // A custom status may have 16 KB of UTF-16; a database's message may quote a whole query.
    private const int LongestMessage = 4_000;

    /// <summary>A task is tried five times, over about a quarter of a minute.</summary>
    public static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(30)));

    /// <summary>Shows why a job fails, and gives the exception to end it with.</summary>
    public static JobFailedException Fail(this TaskOrchestrationContext context, JobProgress progress, JobError error, JobTasks? tasks = null)
    {
        var shown = error.Message.Length <= LongestMessage ? error : error with { Message = error.Message[..LongestMessage] + " …" };
        context.SetCustomStatus(new JobState(progress, shown, tasks));
        return new JobFailedException(shown);
    }

    /// <summary>Why a task failed each time that it was tried.</summary>
    /// <param name="failure">The last failure.</param>
    /// <param name="task">The task.</param>
    /// <param name="advice">What to do.</param>
    public static JobError ErrorOf(TaskFailedException failure, string task, string advice = "It was tried five times. If what it says has passed, submit the job again.") =>
        new(failure.FailureDetails?.ErrorMessage is { Length: > 0 } message ? message : failure.Message, task, Advice: advice);
}
