using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>A stream's query, checked and made ready to run. Immutable; compile it once for each definition.</summary>
public sealed class StreamQuery
{
    private StreamQuery(string sql, StreamSource source, IReadOnlyList<TableSchema> references, StreamPlan plan)
    {
        Sql = sql;
        Source = source;
        References = [.. references.Where(r => plan.References.Contains(r.Name))];
        Plan = plan;
        Window = plan.Windowed is { } windowed ? ToWindow(windowed.Window) : null;
    }

    /// <summary>The query as it was written.</summary>
    public string Sql { get; }

    /// <summary>What it reads.</summary>
    public StreamSource Source { get; }

    /// <summary>The reference tables that it names, out of those that it was compiled with.</summary>
    public IReadOnlyList<TableSchema> References { get; }

    /// <summary>True if it groups by a window; false if it treats each event by itself.</summary>
    public bool IsWindowed => Window is not null;

    /// <summary>The window; null if there is none.</summary>
    public StreamWindow? Window { get; }

    /// <summary>The column whose times make the watermark: that of the window, else the stream's event time.</summary>
    public string TimeColumn => Plan.Windowed?.Window.TimeColumn ?? Source.TimeColumn;

    /// <summary>The names and types of the result.</summary>
    public IReadOnlyList<ColumnSchema> Result => Plan.Result;

    /// <summary>What the query groups by beside the window: columns of the stream by their names, other expressions as text.</summary>
    public IReadOnlyList<string> GroupKeys => Plan.Windowed?.GroupKeys ?? [];

    /// <summary>For people: the window, the keys and how each aggregate is kept, one line each.</summary>
    public IReadOnlyList<string> Description =>
    [
        .. Window is { } window ? [Describe(window)] : Array.Empty<string>(),
        .. GroupKeys.Count > 0 ? [$"groups by {string.Join(", ", GroupKeys)}"] : Array.Empty<string>(),
        .. Plan.Description,
    ];

    internal StreamPlan Plan { get; }

    /// <summary>Checks a query and makes it ready.</summary>
    /// <param name="sql">One SELECT in DuckDB's dialect with at most one of <c>tumble(t, size)</c>, <c>hop(t, slide, size)</c>, <c>sliding(t, size)</c> and
    /// <c>session(t, gap)</c> in GROUP BY.</param>
    /// <param name="source">What it reads.</param>
    /// <param name="references">The reference tables that it may join.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SqlException">The query is wrong or cannot run over a stream: what, where, and what to write instead.</exception>
    /// <exception cref="ArgumentException">The source or the reference tables are not usable.</exception>
    public static async Task<StreamQuery> CompileAsync(string sql, StreamSource source, IReadOnlyList<TableSchema> references, CancellationToken cancellationToken)
    {
        Check(source, references);
        var plan = await StreamPlanner.PlanAsync(sql, source.ToTable(), source.Hub, source.TimeColumn, references, cancellationToken);
        return new StreamQuery(sql, source, references, plan);
    }

    /// <summary>How the states of a windowed query must be brought together before windows close.</summary>
    /// <param name="partitionKey">The columns whose values senders used as the partition key; events of equal values come through one partition.</param>
    public ShuffleBy Shuffle(IReadOnlyList<string> partitionKey)
    {
        if (Plan.Windowed is not { } windowed)
        {
            return ShuffleBy.Nothing;
        }

        if (windowed.LooksAcrossGroups || windowed.Keys.Count == 0)
        {
            return windowed.Window.Function == "tumble" ? ShuffleBy.Window : ShuffleBy.Everything;
        }

        return partitionKey.Count > 0 && partitionKey.All(p => GroupKeys.Contains(p, StringComparer.OrdinalIgnoreCase)) ? ShuffleBy.Nothing : ShuffleBy.Keys;
    }

    /// <summary>True if the states of more than one partition must be brought together before windows close.</summary>
    /// <param name="partitionKey">The columns whose values senders used as the partition key.</param>
    public bool NeedsShuffle(IReadOnlyList<string> partitionKey) => Shuffle(partitionKey) != ShuffleBy.Nothing;

    /// <summary>
    /// When an event of that time is no longer taken in: once this and the allowed lateness are not beyond the watermark. See
    /// <see cref="StreamWindow.ExpiresAt"/>. Without a window no event is ever late: <see cref="long.MaxValue"/>.
    /// </summary>
    /// <param name="timeMicros">The event's time, in microseconds since 1970-01-01 UTC.</param>
    public long ExpiresAt(long timeMicros) => Window?.ExpiresAt(timeMicros) ?? long.MaxValue;

    private static StreamWindow ToWindow(WindowCall call) => new(
        call.Function switch
        {
            "tumble" => StreamWindowKind.Tumbling,
            "hop" => StreamWindowKind.Hopping,
            "sliding" => StreamWindowKind.Sliding,
            _ => StreamWindowKind.Session,
        },
        call.Size, call.Slide, call.Offset);

    private static string Describe(StreamWindow window)
    {
        var size = Text(window.Size);
        var offset = window.Offset == 0 ? "" : $", moved by {Text(window.Offset)}";
        return window.Kind switch
        {
            StreamWindowKind.Tumbling => $"tumbling windows of {size}{offset}",
            StreamWindowKind.Hopping => $"windows of {size} every {Text(window.Slide)}{offset}",
            StreamWindowKind.Sliding => $"sliding windows of {size}",
            _ => $"sessions that end after {size} without events",
        };
    }

    private static string Text(long microseconds) => TimeSpan.FromMicroseconds(microseconds).ToString("c", CultureInfo.InvariantCulture);

    private static void Check(StreamSource source, IReadOnlyList<TableSchema> references)
    {
        if (source.Columns.Count == 0)
        {
            throw new ArgumentException("A stream needs at least one column.", nameof(source));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { EventBatch.EnqueuedTimeColumn, EventBatch.SequenceNumberColumn };
        if (source.Columns.FirstOrDefault(c => !names.Add(c.Name)) is { } taken)
        {
            throw new ArgumentException($"Column {taken.Name} is there already; every stream has {EventBatch.EnqueuedTimeColumn} and {EventBatch.SequenceNumberColumn}.", nameof(source));
        }

        if (source.Columns.FirstOrDefault(c => c.Name.StartsWith(SplitNames.Prefix, StringComparison.OrdinalIgnoreCase) || c.Name.Length == 0) is { } reserved)
        {
            throw new ArgumentException($"Column '{reserved.Name}': a name is not empty and does not begin with {SplitNames.Prefix}.", nameof(source));
        }

        if (source.EventTime is { } time && !string.Equals(time, EventBatch.EnqueuedTimeColumn, StringComparison.OrdinalIgnoreCase)
            && !source.Columns.Any(c => c.Type == EventColumnType.Timestamp && string.Equals(c.Name, time, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"The event time '{time}' is not a TIMESTAMP column of the stream.{NearestName.Hint(time, source.Columns.Where(c => c.Type == EventColumnType.Timestamp).Select(c => c.Name))}", nameof(source));
        }

        var tables = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { source.Hub, StreamSource.Table };
        if (references.FirstOrDefault(r => !tables.Add(r.Name)) is { } table)
        {
            throw new ArgumentException($"The reference table {table.Name} has the name of the stream or of another table.", nameof(references));
        }
    }
}
