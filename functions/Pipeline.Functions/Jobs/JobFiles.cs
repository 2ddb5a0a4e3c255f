namespace Pipeline.Jobs;

/// <summary>Where a job keeps what: the names of its blobs.</summary>
public static class JobFiles
{
    /// <summary>The container of specs and of jobs' own working state.</summary>
    public const string Container = "jobs";

    /// <summary>The container of results, a folder a job.</summary>
    public const string Results = "results";

    /// <summary>The spec as it was sent, in <see cref="Container"/>.</summary>
    public static string Spec(string jobId) => $"{jobId}/spec.json";

    /// <summary>A mark, in <see cref="Container"/>, that the job was cancelled: tasks that see it stop.</summary>
    public static string Cancelled(string jobId) => $"{jobId}/cancelled";

    /// <summary>Names the job's last run, in <see cref="Container"/>: see <see cref="Jobs.LastRun"/>.</summary>
    public static string LastRun(string jobId) => $"{jobId}/last-run";

    /// <summary>The folder, in <see cref="Container"/>, of what one run of a job keeps between its stages. A job that is restarted
    /// runs anew in another folder, so that it cannot mistake old files for its own.</summary>
    public static string Work(string jobId, string run) => $"{jobId}/{run}/";

    /// <summary>The folder of a job's result, in <see cref="Results"/>.</summary>
    public static string Result(string jobId) => $"{jobId}/";
}
