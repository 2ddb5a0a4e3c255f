using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// The name of a file that a stream wrote to a dataset: <c>STREAM.PLACE.START-END.parquet</c> holds one window; with
/// <c>.GENERATION-COMMIT</c> behind the times it holds what one commit gave, many windows or rows without windows.
/// </summary>
/// <param name="Stream">The stream.</param>
/// <param name="Place">The partition, as <see cref="StreamOrigin.Place"/> has it.</param>
/// <param name="Start">The start of the window, or the earliest start of the windows, in microseconds since 1970.</param>
/// <param name="End">Its end, or the latest end; of rows without windows, when the hub took the last event of the commit.</param>
/// <param name="Commit">Which commit it holds; null for one window.</param>
internal sealed partial record SinkFileName(string Stream, string Place, long Start, long End, (int Generation, long Number)? Commit)
{
    private const string Whole = "yyyyMMddTHHmmssZ";
    private const string Fraction = "yyyyMMddTHHmmssffffffZ";

    /// <summary>The file of one window.</summary>
    public static SinkFileName Of(StreamOrigin origin, OutputWindow window) => new(origin.Stream, origin.Place, window.Start, window.End, null);

    /// <summary>The file of a commit.</summary>
    public static SinkFileName Of(StreamOrigin origin, long start, long end) => new(origin.Stream, origin.Place, start, end, (origin.Generation, origin.Commit));

    /// <summary>Reads the name of a file; false for files of others.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out SinkFileName? name)
    {
        name = null;
        var match = Pattern().Match(path[(path.LastIndexOf('/') + 1)..]);
        if (!match.Success || Read(match.Groups["start"].Value) is not { } start || Read(match.Groups["end"].Value) is not { } end) return false;
        (int, long)? commit = match.Groups["generation"].Success
            ? (int.Parse(match.Groups["generation"].Value, CultureInfo.InvariantCulture), long.Parse(match.Groups["commit"].Value, CultureInfo.InvariantCulture))
            : null;
        name = new SinkFileName(match.Groups["stream"].Value, match.Groups["place"].Value, start, end, commit);
        return true;
    }

    /// <summary>The file's name.</summary>
    public override string ToString()
    {
        var commit = Commit is { } c ? string.Create(CultureInfo.InvariantCulture, $".{c.Generation}-{c.Number:D12}") : "";
        return $"{Stream}.{Place}.{Text(Start)}-{Text(End)}{commit}{DatasetFolders.Extension}";
    }

    private static string Text(long micros) =>
        Micros.ToTime(micros).ToString(micros % 1_000_000 == 0 ? Whole : Fraction, CultureInfo.InvariantCulture);

    private static long? Read(string text) =>
        DateTime.TryParseExact(text, [Whole, Fraction], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? Micros.Of(time)
            : null;

    [GeneratedRegex(@"^(?<stream>.+)\.(?<place>(?:input|shuffle)-[0-9]{1,5})\.(?<start>[0-9]{8}T[0-9]{6,12}Z)-(?<end>[0-9]{8}T[0-9]{6,12}Z)(?:\.(?<generation>[0-9]{1,9})-(?<commit>[0-9]{12,18}))?\.parquet$")]
    private static partial Regex Pattern();
}
