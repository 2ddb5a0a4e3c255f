namespace Pipeline.Streams;

/// <summary>
/// The windows of a query. All times are microseconds since 1970-01-01 UTC, all lengths microseconds.
/// <list type="bullet">
/// <item>Tumbling and hopping windows are [start, end), aligned so that one starts at <paramref name="Offset"/>.</item>
/// <item>A sliding window is (start, end]: for each key one ends at the time of each event, and one where an event leaves, <c>size</c> after it,
/// unless no event is left then.</item>
/// <item>A session is [first event, last event + gap): an event exactly <c>gap</c> after the last one begins another session.</item>
/// </list>
/// </summary>
/// <param name="Kind">How the windows lie.</param>
/// <param name="Size">The length of a window; of a session, the gap that ends it.</param>
/// <param name="Slide">The distance between the starts of hopping windows; the size of tumbling ones; otherwise 0.</param>
/// <param name="Offset">How far the windows' starts are moved; 0 to the slide.</param>
public sealed record StreamWindow(StreamWindowKind Kind, long Size, long Slide, long Offset)
{
    /// <summary>
    /// When an event of that time can no longer be taken in: the watermark at which the first window that it changes is complete. An
    /// event is late once this and the allowed lateness are not beyond the watermark. So an event counts in all its windows or in none,
    /// and a window that was complete for longer than the allowed lateness never changes.
    /// </summary>
    /// <param name="time">The event's time.</param>
    public long ExpiresAt(long time) => Kind switch
    {
        StreamWindowKind.Tumbling or StreamWindowKind.Hopping => FirstStart(time) + Size,
        _ => time + 1,
    };

    /// <summary>The watermark at which a window is complete: its end; for a sliding window, which holds its end, the moment after.</summary>
    /// <param name="end">The end of the window.</param>
    public long CompleteAt(long end) => Kind == StreamWindowKind.Sliding ? end + 1 : end;

    /// <summary>Whether a window may be complete by a watermark that was not by an earlier one. Between two watermarks no tumbling or hopping window may end;
    /// of the other kinds one may at any time.</summary>
    internal bool EndsBetween(long after, long upTo) =>
        upTo > after && (after == long.MinValue || Slide == 0 || Floor(upTo - Size, Slide, Offset) > Floor(after - Size, Slide, Offset));

    /// <summary>The start of the first tumbling or hopping window that holds a time.</summary>
    internal long FirstStart(long time) => Floor(time - Size, Slide, Offset) + Slide;

    /// <summary>The length of the pieces of time that windows are made of; 0 where every instant is one.</summary>
    internal long Pane => Kind switch
    {
        StreamWindowKind.Tumbling or StreamWindowKind.Session => Size,
        StreamWindowKind.Hopping => Gcd(Slide, Size),
        _ => 0,
    };

    /// <summary>The last multiple of a step, moved by an offset, that is not after a time.</summary>
    internal static long Floor(long time, long step, long offset)
    {
        var beyond = (time - offset) % step;
        return time - (beyond < 0 ? beyond + step : beyond);
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
