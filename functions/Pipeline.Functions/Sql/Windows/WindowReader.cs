using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Finds the window of a query on its tree, and holds it to what a window may be.</summary>
internal sealed class WindowReader(QueryBinder binder, string sql, TableSchema stream, string timeColumn)
{
    /// <summary>The longest window: its state is held in memory.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private const int MostOverlapping = 2000;

    private const string EnqueuedTime = "enqueued_time";

    /// <summary>The window in GROUP BY with its place there; null if the query has none.</summary>
    /// <exception cref="SqlException">There is more than one, it stands elsewhere, or its arguments do not fit.</exception>
    public async Task<(WindowCall Call, JsonObject Node, int Index)?> FindAsync(JsonObject query, CancellationToken cancellationToken)
    {
        var groups = query.Objects("group_expressions").ToList();
        var calls = query.Everything().Where(IsCall).ToList();
        foreach (var call in calls.Where(c => !groups.Contains(c)))
        {
            var name = call.Text("function_name").ToLowerInvariant();
            throw Fault($"{name}(…) may stand only in GROUP BY of the outermost SELECT, by itself. Write GROUP BY …, {WindowCall.Example(name, timeColumn)}; "
                + "elsewhere use window_start and window_end", call);
        }

        if (calls.Count == 0)
        {
            return null;
        }

        if (calls.Count > 1)
        {
            throw Fault($"GROUP BY has {calls.Count} windows; a stream's query has one. Make a stream for each", calls[1]);
        }

        var index = groups.IndexOf(calls[0]);
        var sets = (query["group_sets"] as JsonArray ?? []).Select(s => s!.AsArray().Select(i => i!.GetValue<int>()).ToList()).ToList();
        if (sets.Exists(s => !s.Contains(index)))
        {
            throw Fault("The window must be in every grouping set: put it before ROLLUP, CUBE or GROUPING SETS and not into it", calls[0]);
        }

        return (await ReadAsync(calls[0], cancellationToken), calls[0], index);
    }

    private static bool IsCall(JsonObject node) => node.IsExpression("FUNCTION") && WindowCall.Functions.ContainsKey(node.Text("function_name"));

    private async Task<WindowCall> ReadAsync(JsonObject call, CancellationToken cancellationToken)
    {
        var function = call.Text("function_name").ToLowerInvariant();
        var arguments = call.Objects("children").ToList();
        var lengths = WindowCall.Functions[function];
        var mostArguments = function is "tumble" or "hop" ? lengths + 2 : lengths + 1;
        if (arguments.Count < lengths + 1 || arguments.Count > mostArguments)
        {
            throw Fault($"{function} takes a time column and {(lengths == 1 ? "a length" : "the distance between windows and their length")}"
                + $"{(mostArguments > lengths + 1 ? ", and an offset if need be" : "")}, as in {WindowCall.Example(function, timeColumn)}", call);
        }

        var time = Time(function, arguments[0]);
        var size = await LengthAsync(function, function == "session" ? "gap" : "size", arguments[lengths], mayBeZero: false, cancellationToken);
        if (function is "sliding" or "session")
        {
            return new WindowCall(function, time, size, 0, 0);
        }

        var slide = function == "hop" ? await LengthAsync(function, "distance", arguments[1], mayBeZero: false, cancellationToken) : size;
        if (slide > size)
        {
            throw Fault($"hop: windows of {Text(size)} that start every {Text(slide)} would leave events out. The distance comes first and is at most the length, as in {WindowCall.Example("hop", time)}", call);
        }

        if (size / slide > MostOverlapping)
        {
            throw Fault($"hop: an event would be in {size / slide:N0} windows; at most {MostOverlapping:N0} may overlap. Make the distance longer, or use sliding({time}, …)", call);
        }

        var offset = arguments.Count > lengths + 1 ? await LengthAsync(function, "offset", arguments[lengths + 1], mayBeZero: true, cancellationToken) : 0;
        return new WindowCall(function, time, size, slide, offset % slide);
    }

    private string Time(string function, JsonObject argument)
    {
        var name = argument.IsExpression("COLUMN_REF") ? argument.Texts("column_names")[^1]
            : throw Fault($"{function} groups by a time column of the stream and not by an expression. Write {WindowCall.Example(function, timeColumn)}", argument);
        if (Same(name, timeColumn) || Same(name, EnqueuedTime))
        {
            return Same(name, timeColumn) ? timeColumn : EnqueuedTime;
        }

        var column = stream.Columns.FirstOrDefault(c => Same(c.Name, name));
        var advice = Same(timeColumn, EnqueuedTime) ? $"{EnqueuedTime}, or set \"eventTime\" to a TIMESTAMP column" : $"{timeColumn} (\"eventTime\") or {EnqueuedTime}";
        throw column is null
            ? new SqlException(SqlErrorKind.Binding, $"{function}: the stream has no column {name}. Windows group by {advice}.{NearestName.Hint(name, stream.Columns.Select(c => c.Name))}", SqlPosition.Of(argument, sql))
            : column.Type != "TIMESTAMP"
                ? Fault($"{function}: column {column.Name} is {column.Type}, and a window groups by a TIMESTAMP. Use {advice}", argument)
                : Fault($"{function}: a window groups by the time that makes the watermark. Use {advice}; or make {column.Name} the stream's \"eventTime\"", argument);
    }

    private async Task<long> LengthAsync(string function, string what, JsonObject argument, bool mayBeZero, CancellationToken cancellationToken)
    {
        const string Advice = "Write it as '10 seconds', '1 minute' or INTERVAL 1 HOUR";
        if (argument.Everything().Any(n => n.IsExpression("COLUMN_REF") || n.IsExpression("SUBQUERY") || n.IsExpression("STAR") || n.IsExpression("WINDOW") || AggregateCall.Is(n)))
        {
            throw Fault($"{function}: the {what} must be a constant. {Advice}", argument);
        }

        var expression = (await binder.Parser.PrintExpressionsAsync([argument], cancellationToken))[0];
        var (length, months) = await binder.IntervalAsync(expression, cancellationToken);
        if (length is not { } value)
        {
            throw Fault($"{function}: {expression} is no length of time. {Advice}", argument);
        }

        if (months != 0)
        {
            throw Fault($"{function}: months and years differ in length, so the {what} cannot be {expression}. Count it in days", argument);
        }

        var most = Longest.Ticks / TimeSpan.TicksPerMicrosecond;
        return value < 0 || (value == 0 && !mayBeZero) ? throw Fault($"{function}: the {what} must be longer than 0. {Advice}", argument)
            : value > most ? throw Fault($"{function}: the {what} {Text(value)} is longer than the {Longest.Days} days that a window may last", argument)
            : value;
    }

    private static string Text(long microseconds)
    {
        (long Unit, string Name)[] units = [(86_400_000_000, "days"), (3_600_000_000, "hours"), (60_000_000, "minutes"), (1_000_000, "seconds"), (1_000, "milliseconds"), (1, "microseconds")];
        var (unit, name) = units.First(u => microseconds % u.Unit == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{microseconds / unit} {(microseconds == unit ? name[..^1] : name)}");
    }

    private SqlException Fault(string message, JsonObject node) => new(SqlErrorKind.Forbidden, message + ".", SqlPosition.Of(node, sql));

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
