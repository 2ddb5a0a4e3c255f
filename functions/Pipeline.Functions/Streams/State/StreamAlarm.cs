namespace Pipeline.Streams;

/// <summary>Something about a stream that somebody should look at.</summary>
/// <param name="Kind">What it is, in a word for programs.</param>
/// <param name="Message">What happened and what to do.</param>
/// <param name="Since">Since when.</param>
public sealed record StreamAlarm(string Kind, string Message, DateTimeOffset Since)
{
    /// <summary>A partition holds more keys than it may.</summary>
    public const string StateFull = "state-full";

    /// <summary>A sink does not take its output, which waits.</summary>
    public const string SinkFailing = "sink-failing";

    /// <summary>Something else keeps a partition from going on.</summary>
    public const string Failing = "failing";

    /// <summary>The memory does not suffice for a partition.</summary>
    public const string OutOfMemory = "out-of-memory";

    /// <summary>The hub had removed events before they were read.</summary>
    public const string EventsLost = "events-lost";

    /// <summary>The hub is another than the one that was read.</summary>
    public const string OtherHub = "other-hub";

    /// <summary>A reference table cannot be read again.</summary>
    public const string ReferenceStale = "reference-stale";

    /// <summary>The stream cannot be begun.</summary>
    public const string CannotRun = "cannot-run";
}
