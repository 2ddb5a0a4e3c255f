namespace Pipeline.Grid.Scheduling;

/// <summary>What became of a result on its host.</summary>
/// <param name="ResultId">The result.</param>
/// <param name="Success">Whether there is a file of it.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="CpuSeconds">Processor time that it took.</param>
/// <param name="ElapsedSeconds">Time that it took.</param>
/// <param name="ClaimedCredit">Credit that the host would like; never granted as such.</param>
/// <param name="ResultSha256">SHA-256 of the uploaded file, in lower-case hexadecimal.</param>
/// <param name="ResultBytes">Bytes of the uploaded file.</param>
public sealed record ResultReport(
    string ResultId,
    bool Success,
    string? Error,
    double CpuSeconds,
    double ElapsedSeconds,
    double ClaimedCredit,
    string? ResultSha256,
    long ResultBytes);
