using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>The files that a scoring job has written.</summary>
/// <param name="Files">The first of them, in the container <c>datasets</c>.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Error">Why it failed, where trying again cannot help.</param>
public sealed record ScoringOutcome(IReadOnlyList<string> Files, int Count, JobError? Error = null);
