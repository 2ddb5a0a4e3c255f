namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>A file of a partition's log does not hold what was written and acknowledged; the message says which, where and what to do.</summary>
/// <param name="message">What is wrong and what to do.</param>
internal sealed class LogDamagedException(string message) : Exception(message);
