namespace Pipeline.Grid.Scheduling;

/// <summary>What is known of a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Facts">What it says of itself.</param>
/// <param name="RegisteredAt">When it came.</param>
/// <param name="LastContactAt">When it last asked, reported or gave a sign of life.</param>
/// <param name="Banned">Whether it is barred from work.</param>
/// <param name="Credit">Credit granted for validated work.</param>
/// <param name="InProgress">Results that it has now.</param>
/// <param name="Valid">Results that were found valid.</param>
/// <param name="Invalid">Results that were found invalid.</param>
/// <param name="Errors">Results that it reported as failed, or whose file was no good.</param>
/// <param name="NoReply">Results whose deadline passed.</param>
/// <param name="Versions">The same by application version, with reliability and quota.</param>
public sealed record HostStatistics(
    HostKey Host,
    HostFacts Facts,
    DateTimeOffset RegisteredAt,
    DateTimeOffset LastContactAt,
    bool Banned,
    double Credit,
    int InProgress,
    long Valid,
    long Invalid,
    long Errors,
    long NoReply,
    IReadOnlyList<HostVersionStatistics> Versions);
