using System.Globalization;
using System.Text;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Values as people read them.</summary>
internal static class Shown
{
    /// <summary>A text of unknown origin on one line: control characters, which could steer the terminal, are written out.</summary>
    public static string Text(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') && !text.AsSpan().ContainsAny('\u2028', '\u2029'))
            return text;
        var safe = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => safe.Append("\\n"),
                '\r' => safe.Append("\\r"),
                '\t' => safe.Append("\\t"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' => safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => safe.Append(c),
            };
        }
        return safe.ToString();
    }

    /// <summary>A text of unknown origin that may have several lines, as an error of SQL that points at its column has.</summary>
    /// <param name="text">The text.</param>
    /// <param name="indent">What stands before every line but the first.</param>
    public static string Block(string text, string indent) =>
        string.Join($"\n{indent}", text.TrimEnd().Split('\n').Select(line => Text(line.TrimEnd('\r'))));

    /// <summary>A whole number with its thousands apart: <c>1,200</c>.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with its noun: <c>1 task</c>, <c>1,200 tasks</c>.</summary>
    public static string Count(long number, string noun) =>
        $"{Number(number)} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>A length of time with three digits or so: <c>0.42 s</c>, <c>3.1 s</c>, <c>2 min 05 s</c>, <c>3 h 07 min</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 0 => "0.00 s",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.00} s"),
        < 59.95 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes:00} min"),
    };

    /// <summary>A moment in the reader's own time zone, to the second.</summary>
    public static string Moment(DateTimeOffset moment, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(moment, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
