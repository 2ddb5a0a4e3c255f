using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Answers to those who send specs by uploading them: one small document a spec, in <c>jobs/receipts/</c>.</summary>
public sealed class JobReceipts(IObjectStore store, TimeProvider time)
{
    /// <summary>Writes that a spec was accepted, or every reason why it was not.</summary>
    /// <param name="source">The path of the spec in the container of jobs, for instance <c>inbox/report.json</c>.</param>
    /// <param name="jobId">The job that it has become; null if it was refused.</param>
    /// <param name="faults">Why it was refused; empty if it was not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WriteAsync(string source, string? jobId, IReadOnlyList<SpecFault> faults, CancellationToken cancellationToken)
    {
        var receipt = new JobReceipt(source, jobId is not null, jobId, faults, time.GetUtcNow());
        return store.WriteAsync(JobFiles.Container, $"receipts/{source}", new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(receipt, Responses.Json)), WriteCondition.None, cancellationToken);
    }
}
