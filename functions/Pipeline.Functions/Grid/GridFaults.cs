using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>Tells failures of grid jobs that trying again cannot heal.</summary>
internal static class GridFaults
{
    public static JobError? Describe(Exception exception, string task) => exception switch
    {
        InvalidDataException e => new JobError(e.Message, task, Advice: "Correct the input or the spec, and submit it again."),
        _ => JobFaults.Describe(exception, task),
    };
}
