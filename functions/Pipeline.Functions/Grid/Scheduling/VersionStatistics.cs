namespace Pipeline.Grid.Scheduling;

/// <summary>How an application version does over all hosts.</summary>
/// <param name="Application">The application version.</param>
/// <param name="Valid">Valid results.</param>
/// <param name="Failed">Results that were invalid, failed or were never reported.</param>
/// <param name="MeanCpuSecondsPerGigaflop">Processor seconds for 10^9 estimated operations; null before the first valid result.</param>
public sealed record VersionStatistics(ApplicationVersion Application, long Valid, long Failed, double? MeanCpuSecondsPerGigaflop);
