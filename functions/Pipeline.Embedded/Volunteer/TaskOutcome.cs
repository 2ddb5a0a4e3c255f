namespace Pipeline.Embedded.Volunteer;

/// <summary>How a task ended, as it is kept until the server has taken it.</summary>
/// <param name="Success">Whether there is a result.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="CpuSeconds">Processor time that it took.</param>
/// <param name="ElapsedSeconds">Time that it took, pauses left out.</param>
/// <param name="ResultSha256">The result's SHA-256.</param>
/// <param name="ResultBytes">The result's bytes.</param>
internal sealed record TaskOutcome(bool Success, string? Error, double CpuSeconds, double ElapsedSeconds, string? ResultSha256, long ResultBytes)
{
    private const int MaxError = 500;

    public static TaskOutcome Failed(string error, double cpuSeconds = 0, double elapsedSeconds = 0) =>
        new(false, error.Length > MaxError ? error[..MaxError] : error, cpuSeconds, elapsedSeconds, null, 0);
}
