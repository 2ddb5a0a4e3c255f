using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>What a task of one round or several tells its orchestration: figures, never data.</summary>
/// <param name="Samples">Samples that were learnt from, without those of <paramref name="Last"/>.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="ComputeMs">Milliseconds spent computing.</param>
/// <param name="ExchangeMs">Milliseconds spent reading and writing what workers exchange, as far as computing had to wait for it.</param>
/// <param name="WaitMs">Milliseconds spent waiting for what other workers send.</param>
/// <param name="BytesSent">Bytes written for others.</param>
/// <param name="BytesReceived">Bytes read from others.</param>
/// <param name="Rebuilt">How many workers had to build their state from blobs.</param>
/// <param name="Error">Why it failed, where trying again cannot help.</param>
/// <param name="Rounds">Rounds to which it contributed.</param>
/// <param name="Last">Samples and losses of the last of these rounds; null where they are among the others. Should another worker not
/// have come so far, the round comes again, and they do not count.</param>
public sealed record RoundReport(
    long Samples = 0, double Loss = 0, double ComputeMs = 0, double ExchangeMs = 0, double WaitMs = 0, long BytesSent = 0, long BytesReceived = 0, int Rebuilt = 0,
    JobError? Error = null, int Rounds = 1, RoundReport? Last = null)
{
    /// <summary>The sum of two reports of the same rounds; the first error wins.</summary>
    public RoundReport Add(RoundReport other) => new(
        Samples + other.Samples, Loss + other.Loss, ComputeMs + other.ComputeMs, ExchangeMs + other.ExchangeMs, WaitMs + other.WaitMs,
        BytesSent + other.BytesSent, BytesReceived + other.BytesReceived, Rebuilt + other.Rebuilt, Error ?? other.Error);

    /// <summary>What counts of it where all workers have come through some rounds.</summary>
    internal RoundReport UpTo(int rounds) => Last is { } last && Rounds <= rounds ? Add(last) : this;

    /// <summary>Milliseconds that are accounted for.</summary>
    internal double Milliseconds() => ComputeMs + ExchangeMs + WaitMs;
}
