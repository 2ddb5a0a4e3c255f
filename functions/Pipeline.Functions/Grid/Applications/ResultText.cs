using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipeline.Grid.Applications;

/// <summary>
/// Results as text: a line with the columns' names, then a line a row, values between tabs, <c>-</c> for none. A person can read it,
/// and the same rows are the same bytes everywhere.
/// </summary>
internal static class ResultText
{
    private const string Nothing = "-";
    private static readonly SearchValues<byte> s_allowed = SearchValues.Create([(byte)'\t', (byte)'\n', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    /// <summary>Writes rows. Texts must be visible ASCII, numbers finite.</summary>
    public static byte[] Write(ResultTable table)
    {
        var text = new StringBuilder();
        text.AppendJoin('\t', table.Fields.Select(field => field.Name)).Append('\n');
        foreach (var row in table.Rows)
            text.AppendJoin('\t', row.Select(Text)).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Reads rows that <see cref="Write"/> wrote, and nothing else: every other way to write the same is refused.</summary>
    /// <exception cref="InvalidDataException">The bytes are something else, or too many.</exception>
    public static ResultTable Read(IReadOnlyList<ResultField> fields, ReadOnlySpan<byte> bytes, int maxBytes, int maxRows)
    {
        if (bytes.Length > maxBytes)
            throw new InvalidDataException($"The result has {bytes.Length:N0} bytes; {maxBytes:N0} are allowed.");
        if (bytes.ContainsAnyExcept(s_allowed))
            throw new InvalidDataException("The result has bytes that are no visible ASCII.");
        if (bytes.IsEmpty)
            throw new InvalidDataException("The result is empty.");
        var header = string.Join('\t', fields.Select(field => field.Name));
        var rows = new List<object?[]>();
        for (var line = 0; !bytes.IsEmpty; line++)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
                throw new InvalidDataException("The result's last line has no end.");
            var values = Encoding.ASCII.GetString(bytes[..end]);
            bytes = bytes[(end + 1)..];
            if (line == 0 && values != header)
                throw new InvalidDataException("The result does not begin with its columns' names.");
            if (line == 0)
                continue;
            if (rows.Count == maxRows)
                throw new InvalidDataException($"The result has more than {maxRows:N0} rows.");
            rows.Add(Row(fields, values, line));
        }
        return new ResultTable(fields, rows);
    }

    private static object?[] Row(IReadOnlyList<ResultField> fields, string line, int number)
    {
        var texts = line.Split('\t', fields.Count + 1);
        if (texts.Length != fields.Count)
            throw new InvalidDataException($"Row {number} of the result has {texts.Length} values instead of {fields.Count}.");
        var row = new object?[fields.Count];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = texts[i] == Nothing ? null : Value(fields[i].Type, texts[i]);
            if (Text(row[i]) != texts[i])
                throw new InvalidDataException($"Row {number} of the result: '{Shown(texts[i])}' is no {fields[i].Name}.");
        }
        return row;
    }

    private static object? Value(Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
        return type == typeof(bool) ? text == "true" : throw new ArgumentException($"Results have no values of type {type}.", nameof(type));
    }

    private static string Text(object? value) => value switch
    {
        null => Nothing,
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
