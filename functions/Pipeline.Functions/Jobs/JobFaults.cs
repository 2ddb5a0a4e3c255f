using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Tells failures that trying again cannot heal from those that it can.</summary>
public static class JobFaults
{
    /// <summary>The error to show, or null where the failure may pass and the task should be tried again.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="task">The task that failed.</param>
    public static JobError? Describe(Exception exception, string task) => exception switch
    {
        SpecException e => new JobError(e.Message, task, Advice: "Correct the spec and submit it again."),
        SqlException e => new JobError(e.Message, task, Advice: "Correct the query and submit it again."),
        SqlMemoryException { MayHeal: false } e => new JobError(e.Message, task, Advice: "Raise options.memoryPerTask, lower options.taskSize, or filter earlier."),
        SqlTimeoutException e => new JobError(e.Message, task, Advice: "Raise options.taskTimeoutSeconds, or lower options.taskSize."),
        SqlExecutionException { MayHeal: false } e => new JobError(e.Message, task, Advice: "Correct the query or the data that it names, and submit it again."),
        StorageException { MayHeal: true } => null,
        StorageException e => new JobError(e.Message, task),
        _ => null,
    };
}
