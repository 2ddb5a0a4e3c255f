using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>An epoch's report, or why there is none.</summary>
/// <param name="Report">The report.</param>
/// <param name="Error">Why it failed, where trying again cannot help.</param>
public sealed record EpochOutcome(EpochReport? Report, JobError? Error = null);
