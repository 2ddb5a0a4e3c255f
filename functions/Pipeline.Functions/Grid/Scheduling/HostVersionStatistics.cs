namespace Pipeline.Grid.Scheduling;

/// <summary>How a host does with one version of an application.</summary>
/// <param name="Application">The application version.</param>
/// <param name="ConsecutiveValid">Valid results in a row, up to now.</param>
/// <param name="Reliable">Whether that is enough to be believed without a second host, spot checks aside.</param>
/// <param name="DailyQuota">Results that it may get a day.</param>
/// <param name="SentToday">Results that it got today (UTC).</param>
/// <param name="MeanTurnaround">From dispatch to report, on average; null before the first.</param>
public sealed record HostVersionStatistics(
    ApplicationVersion Application, int ConsecutiveValid, bool Reliable, int DailyQuota, int SentToday, TimeSpan? MeanTurnaround);
