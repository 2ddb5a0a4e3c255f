using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// The SQL by which states of panes become states of windows. Everywhere a state's column <c>pane</c> is the start of its pane; a <c>due</c> row
/// carries the start <see cref="Start"/> and the end <see cref="End"/> of a window that it belongs to, in microseconds.
/// </summary>
/// <param name="plan">The query's windowed part.</param>
/// <param name="window">Its window.</param>
internal sealed class WindowSql(WindowedPlan plan, StreamWindow window)
{
    public const string State = SplitNames.Prefix + "state";
    public const string Source = SplitNames.Prefix + "source";
    public const string Batch = SplitNames.Prefix + "batch";
    public const string Revision = SplitNames.Prefix + "revision";
    public const string Start = SplitNames.Prefix + "ws";
    public const string End = SplitNames.Prefix + "we";

    private readonly string _size = SqlText.Number(window.Size);
    private readonly string _slide = SqlText.Number(window.Slide);
    private readonly string _keys = plan.Keys.Count == 0 ? "1" : string.Join(", ", plan.Keys);

    private string Pane => plan.Pane;

    /// <summary>The expression for a state's <see cref="StreamWindow.ExpiresAt"/>.</summary>
    public string ExpiresAt => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"({Pane} + {_size})",
        StreamWindowKind.Hopping => $"({FirstStart(Pane)} + {_size})",
        StreamWindowKind.Sliding => $"({Pane} + 1)",
        _ => $"({WindowedPlan.First} + 1)",
    };

    /// <summary>The states that a window still needs which was not complete by the horizon.</summary>
    public string Alive(string source, long horizon)
    {
        if (horizon == long.MinValue)
        {
            return source;
        }

        var h = SqlText.Number(horizon);
        return window.Kind switch
        {
            StreamWindowKind.Tumbling => $"(SELECT * FROM {source} WHERE {Pane} + {_size} > {h})",
            StreamWindowKind.Hopping => $"(SELECT * FROM {source} WHERE {LastStart(Pane)} + {_size} > {h})",
            StreamWindowKind.Sliding => $"(SELECT * FROM {source} WHERE {Pane} + {_size} + 1 > {h})",
            _ => $"(SELECT * EXCLUDE ({Start}, {End}) FROM {Sessions(source)} WHERE {End} > {h})",
        };
    }

    /// <summary>The states that count as open beyond a horizon: of a session, those at its end, for finding whole sessions would cost far more than counting.</summary>
    public string Open(long horizon) => window.Kind == StreamWindowKind.Session && horizon != long.MinValue
        ? $"(SELECT * FROM {State} WHERE {WindowedPlan.Last} + {_size} > {SqlText.Number(horizon)})"
        : Alive(State, horizon);

    /// <summary>The expression for the watermark at which the last window of a state is complete.</summary>
    public string CompleteAt => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"({Pane} + {_size})",
        StreamWindowKind.Hopping => $"({LastStart(Pane)} + {_size})",
        StreamWindowKind.Sliding => $"({Pane} + {_size} + 1)",
        _ => $"({WindowedPlan.Last} + {_size})",
    };

    /// <summary>
    /// Every state with a window that is due: complete by the watermark $2 but not by $1. Of hopping windows, those whose starts are between $3 and $4.
    /// </summary>
    public string Due => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"(SELECT *, {Pane} AS {Start}, {Pane} + {_size} AS {End} FROM {State} WHERE {Between($"{Pane} + {_size}")})",
        StreamWindowKind.Hopping => $"(SELECT *, {Start} + {_size} AS {End} FROM ({HopsDue}))",
        StreamWindowKind.Sliding => SlidingDue(Between($"{End} + 1")),
        _ => $"(SELECT * FROM {Sessions(OfKeys($"SELECT {_keys} FROM {State} WHERE {Between($"{WindowedPlan.Last} + {_size}")}"))} WHERE {Between(End)})",
    };

    /// <summary>The same, and every state with a window that had been given out and was corrected since.</summary>
    public string DueOrCorrected(StreamPosition from) => window.Kind switch
    {
        StreamWindowKind.Tumbling => $"(SELECT *, {Pane} AS {Start}, {Pane} + {_size} AS {End} FROM {State} WHERE {Between($"{Pane} + {_size}")} "
            + $"OR ({Pane} + {_size} <= $1 AND {Pane} IN (SELECT {Pane} FROM {State} WHERE {Corrected(from)})))",
        StreamWindowKind.Hopping => $"(SELECT *, {Start} + {_size} AS {End} FROM ({HopsDue} UNION ALL {HopsCorrected(from)}))",
        StreamWindowKind.Sliding => SlidingDue($"({Between($"{End} + 1")} OR ({End} < $1 AND {End} + 1 > {SqlText.Number(from.Horizon)} AND {End} IN ({SlidingTouched(from)})))"),
        _ => $"(SELECT * FROM {Sessions(State)} WHERE {Between(End)} OR ({Start}, {End}) IN ({SessionsNow(from)} UNION ALL {FormerSessions(from)}))",
    };

    /// <summary>The values of $1 to $4.</summary>
    public long[] DueParameters(long from, long watermark)
    {
        // No timestamp is so early, and sums with it do not overflow.
        from = Math.Max(from, long.MinValue / 2);
        watermark = Math.Clamp(watermark, long.MinValue / 2, long.MaxValue / 2);
        return window.Kind == StreamWindowKind.Hopping
            ? [from, watermark, window.FirstStart(from), StreamWindow.Floor(watermark - window.Size, window.Slide, window.Offset)]
            : [from, watermark];
    }

    /// <summary>Sessions of keys with corrections that had been given out, and may be no more: their starts and ends.</summary>
    public string FormerSessions(StreamPosition from)
    {
        var former = Sessions($"(SELECT * FROM {OfKeys(CorrectedKeys(from))} WHERE {Revision} <= {SqlText.Number(from.Revision)})");
        return $"SELECT DISTINCT {Start}, {End} FROM {former} WHERE {End} <= {SqlText.Number(from.Watermark)} AND {End} > {SqlText.Number(from.Horizon)}";
    }

    /// <summary>The start of the first window that holds a time.</summary>
    private string FirstStart(string time) => $"({Floor($"({time} - {_size})")} + {_slide})";

    private string LastStart(string time) => Floor(time);

    private string Floor(string time)
    {
        var moved = window.Offset == 0 ? time : $"({time} - {SqlText.Number(window.Offset)})";
        return $"({time} - ({moved} % {_slide} + {_slide}) % {_slide})";
    }

    /// <summary>Only the starts of windows that are due are made: a pane belongs to many.</summary>
    private string HopsDue
    {
        get
        {
            var starts = SizeGuards.Unguarded($"range(greatest({FirstStart(Pane)}, $3), least({LastStart(Pane)}, $4) + 1, {_slide})");
            return $"SELECT *, unnest({starts}) AS {Start} FROM {State} WHERE {FirstStart(Pane)} + {_size} <= $2 AND {LastStart(Pane)} + {_size} > $1";
        }
    }

    private string HopsCorrected(StreamPosition from)
    {
        var touched = $"SELECT DISTINCT unnest({SizeGuards.Unguarded($"range({FirstStart(Pane)}, {LastStart(Pane)} + 1, {_slide})")}) AS {Start} FROM {State} WHERE {Corrected(from)}";
        var ended = $"SELECT {Start} FROM ({touched}) WHERE {Start} + {_size} <= $1 AND {Start} + {_size} > {SqlText.Number(from.Horizon)}";
        return $"SELECT s.*, w.{Start} FROM {State} s JOIN ({ended}) w ON s.{Pane} >= w.{Start} AND s.{Pane} < w.{Start} + {_size}";
    }

    /// <summary>For each key the times at which its sliding windows end.</summary>
    private string Ends => $"SELECT DISTINCT {_keys}, unnest([{Pane}, {Pane} + {_size}]) AS {End} FROM {State}";

    private string SlidingDue(string condition) => $"(SELECT s.*, e.{End} - {_size} AS {Start}, e.{End} FROM {State} s JOIN (SELECT * FROM ({Ends}) WHERE {condition}) e "
        + $"ON {SameKeys("s", "e")} AND s.{Pane} > e.{End} - {_size} AND s.{Pane} <= e.{End})";

    private string SlidingTouched(StreamPosition from) => $"SELECT c.{End} FROM ({Ends}) c JOIN (SELECT DISTINCT {_keys}, {Pane} FROM {State} WHERE {Corrected(from)}) a "
        + $"ON {SameKeys("c", "a")} AND c.{End} BETWEEN a.{Pane} AND a.{Pane} + {_size}";

    private string SessionsNow(StreamPosition from) =>
        $"SELECT {Start}, {End} FROM {Sessions(OfKeys(CorrectedKeys(from)))} WHERE {End} <= $1 AND {End} > {SqlText.Number(from.Horizon)}";

    private string CorrectedKeys(StreamPosition from) => $"SELECT {_keys} FROM {State} WHERE {Corrected(from)}";

    /// <summary>All states of some keys.</summary>
    private string OfKeys(string keys) => $"(SELECT s.* FROM {State} s SEMI JOIN ({keys}) a ON {SameKeys("s", "a")})";

    /// <summary>States with the session that they belong to. A bucket of states is no longer than the gap, so it never holds two sessions.</summary>
    private string Sessions(string source)
    {
        var partition = plan.Keys.Count == 0 ? "" : $"PARTITION BY {_keys} ";
        var gap = _size;
        var marked = $"SELECT *, CASE WHEN {WindowedPlan.First} < max({WindowedPlan.Last}) OVER ({partition}ORDER BY {WindowedPlan.First}, {WindowedPlan.Last} "
            + $"ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + {gap} THEN 0 ELSE 1 END AS {SplitNames.Prefix}new FROM {source}";
        var numbered = $"SELECT *, sum({SplitNames.Prefix}new) OVER ({partition}ORDER BY {WindowedPlan.First}, {WindowedPlan.Last} ROWS UNBOUNDED PRECEDING) AS {SplitNames.Prefix}session FROM ({marked})";
        var session = $"PARTITION BY {(plan.Keys.Count == 0 ? "" : _keys + ", ")}{SplitNames.Prefix}session";
        return $"(SELECT * EXCLUDE ({SplitNames.Prefix}new, {SplitNames.Prefix}session), min({WindowedPlan.First}) OVER ({session}) AS {Start}, "
            + $"max({WindowedPlan.Last}) OVER ({session}) + {gap} AS {End} FROM ({numbered}))";
    }

    private string SameKeys(string a, string b) => plan.Keys.Count == 0 ? "true" : string.Join(" AND ", plan.Keys.Select(k => $"{a}.{k} IS NOT DISTINCT FROM {b}.{k}"));

    private static string Corrected(StreamPosition from) => $"{Revision} > {SqlText.Number(from.Revision)}";

    private static string Between(string value) => $"({value} > $1 AND {value} <= $2)";
}
