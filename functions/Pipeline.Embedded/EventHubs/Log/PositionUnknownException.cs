namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>A reader was to start behind the end of the log: its checkpoint is of a log that is no more.</summary>
/// <param name="message">What was asked for, where the log ends and what to do.</param>
internal sealed class PositionUnknownException(string message) : Exception(message);
