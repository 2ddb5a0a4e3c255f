using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What a task of a round tells its orchestration: figures, never data.</summary>
/// <param name="Samples">Samples that were learnt from.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="ComputeMs">Milliseconds spent computing.</param>
/// <param name="ExchangeMs">Milliseconds spent reading and writing what workers exchange.</param>
/// <param name="BytesSent">Bytes written for others.</param>
/// <param name="BytesReceived">Bytes read from others.</param>
/// <param name="Rebuilt">How many workers had to build their state from blobs.</param>
/// <param name="Error">Why it failed, where trying again cannot help.</param>
public sealed record RoundReport(
    long Samples = 0, double Loss = 0, double ComputeMs = 0, double ExchangeMs = 0, long BytesSent = 0, long BytesReceived = 0, int Rebuilt = 0, JobError? Error = null)
{
    /// <summary>The sum of two reports; the first error wins.</summary>
    public RoundReport Add(RoundReport other) => new(
        Samples + other.Samples, Loss + other.Loss, ComputeMs + other.ComputeMs, ExchangeMs + other.ExchangeMs,
        BytesSent + other.BytesSent, BytesReceived + other.BytesReceived, Rebuilt + other.Rebuilt, Error ?? other.Error);
}
