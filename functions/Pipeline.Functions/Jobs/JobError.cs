namespace Pipeline.Jobs;

/// <summary>Why a job failed, and what to do about it.</summary>
/// <param name="Message">What went wrong.</param>
/// <param name="Task">The task that failed, for instance <c>scan/3</c>; null if it was none in particular.</param>
/// <param name="Blob">The blob that it failed on, as <c>container/path</c>; null if it was none in particular.</param>
/// <param name="Advice">What the user can do; null where nothing better than the message can be said.</param>
public sealed record JobError(string Message, string? Task = null, string? Blob = null, string? Advice = null);
