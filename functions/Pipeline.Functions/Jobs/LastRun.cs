using System.Text;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Names the last run of a job in a blob, so that what it leaves is found without looking through all that the job keeps.</summary>
internal static class LastRun
{
    /// <summary>Notes a run, at its beginning.</summary>
    public static Task NoteAsync(IObjectStore store, string jobId, string run, CancellationToken cancellationToken) =>
        store.WriteAsync(JobFiles.Container, JobFiles.LastRun(jobId), new MemoryStream(Encoding.UTF8.GetBytes(run)), WriteCondition.None, cancellationToken);

    /// <summary>The last run; null where none has begun, or nothing of it is kept.</summary>
    public static async Task<string?> FindAsync(IObjectStore store, string jobId, CancellationToken cancellationToken) =>
        await store.TryReadAllAsync(JobFiles.Container, JobFiles.LastRun(jobId), cancellationToken) is { } run ? Encoding.UTF8.GetString(run) : null;
}
