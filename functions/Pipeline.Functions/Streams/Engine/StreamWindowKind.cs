namespace Pipeline.Streams;

/// <summary>How windows lie in time.</summary>
public enum StreamWindowKind
{
    /// <summary>One after the other: <c>tumble(t, size)</c>.</summary>
    Tumbling,

    /// <summary>A window of a size begins at every step: <c>hop(t, slide, size)</c>.</summary>
    Hopping,

    /// <summary>A window ends wherever the events of the last <c>size</c> change: <c>sliding(t, size)</c>.</summary>
    Sliding,

    /// <summary>A window a burst of events of one key: <c>session(t, gap)</c>.</summary>
    Session,
}
