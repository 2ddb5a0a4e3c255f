using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Tells failures that trying again cannot heal from those that it can.</summary>
internal static class TrainingFaults
{
    /// <summary>The error to show, or null where the failure may pass and the task should be tried again.</summary>
    public static JobError? Describe(Exception exception, string task) => exception switch
    {
        TrainingException e => new JobError(e.Message, task, Advice: e.Advice),
        TorchUnavailableException e => new JobError(e.Message, task),
        NotFoundException e => new JobError(e.Message, task, Advice: "Train it, or name another model."),
        _ => JobFaults.Describe(exception, task),
    };
}
