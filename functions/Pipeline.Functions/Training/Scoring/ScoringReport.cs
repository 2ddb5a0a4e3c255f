using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What a task of a scoring job tells its orchestration.</summary>
/// <param name="Rows">Rows that the model was asked about.</param>
/// <param name="Bytes">Bytes that were written.</param>
/// <param name="BytesRead">Bytes of storage that were read.</param>
/// <param name="Error">Why it failed, where trying again cannot help.</param>
public sealed record ScoringReport(long Rows = 0, long Bytes = 0, long BytesRead = 0, JobError? Error = null)
{
    /// <summary>The sum of two reports; the first error wins.</summary>
    public ScoringReport Add(ScoringReport other) => new(Rows + other.Rows, Bytes + other.Bytes, BytesRead + other.BytesRead, Error ?? other.Error);
}
