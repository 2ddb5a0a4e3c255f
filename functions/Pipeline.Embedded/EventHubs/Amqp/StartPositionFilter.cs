using System.Globalization;
using System.Text.RegularExpressions;
using Amqp.Framing;
using Amqp.Types;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Reads where a consumer wants to start from the selector filter of its link.</summary>
internal static partial class StartPositionFilter
{
    private const string FilterName = "apache.org:selector-filter:string";

    /// <summary>The position that a source names; the oldest event where it names none.</summary>
    /// <exception cref="FormatException">The filter is not one that consumers use.</exception>
    public static LogPosition Read(Source source)
    {
        if (source.FilterSet?[new Symbol(FilterName)] is not { } filter) return LogPosition.Start;
        var text = (filter as DescribedValue)?.Value as string ?? filter as string ?? "";
        if (Selector().Match(text) is not { Success: true } match)
            throw new FormatException($"'{text}' is no start position. Use amqp.annotation.x-opt-offset, -sequence-number or -enqueued-time with > or >= and a quoted number.");
        var (what, value) = (match.Groups["what"].Value, match.Groups["value"].Value);
        if (value == "@latest") return LogPosition.End;
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number == long.MaxValue)
            throw new FormatException($"'{value}' in the start position '{text}' is no number.");
        var first = match.Groups["inclusive"].Success ? number : number + 1;
        return what switch
        {
            "offset" => LogPosition.FromOffset(first),
            "sequence-number" => LogPosition.FromSequenceNumber(first),
            _ => LogPosition.FromTime(first),
        };
    }

    [GeneratedRegex(@"^\s*amqp\.annotation\.x-opt-(?<what>offset|sequence-number|enqueued-time)\s*>(?<inclusive>=)?\s*'(?<value>@latest|-?\d+)'\s*$")]
    private static partial Regex Selector();
}
