namespace Pipeline.Storage;

/// <summary>For whom the running task reads and writes, so that what it writes can be held to the rules of what its job reads.</summary>
/// <param name="By">Who, for logs.</param>
/// <param name="JobId">The job whose spec says what is read; null where <paramref name="Use"/> does.</param>
/// <param name="Use">What is read; null where it is the job's to say.</param>
public sealed record DataFlow(string By, string? JobId, DataUse? Use)
{
    private static readonly AsyncLocal<DataFlow?> s_current = new();

    /// <summary>The flow that the running task belongs to; null where nobody has said.</summary>
    public static DataFlow? Current => s_current.Value;

    /// <summary>Says, to the end of the asynchronous method that calls this, that it works for a job.</summary>
    public static void EnterJob(string jobId) => s_current.Value = new DataFlow(OfJob(jobId), jobId, null);

    /// <summary>Says, to the end of the asynchronous method that calls this, what it works for.</summary>
    public static void Enter(DataUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        s_current.Value = new DataFlow(use.By, null, use);
    }

    /// <summary>A job, as logs call it.</summary>
    public static string OfJob(string jobId) => $"job {jobId}";
}
