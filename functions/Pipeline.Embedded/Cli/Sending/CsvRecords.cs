using System.Text;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Reads CSV (RFC 4180) record by record, and keeps each record's text: that is what is sent.</summary>
internal static class CsvRecords
{
    /// <summary>The next record's text, without its line break; null at the end.</summary>
    public static async ValueTask<string?> ReadAsync(TextReader reader, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken);
        // A line break within quotes is part of a value.
        while (line is not null && line.AsSpan().Count('"') % 2 != 0 && await reader.ReadLineAsync(cancellationToken) is { } more)
            line = $"{line}\n{more}";
        return line;
    }

    /// <summary>A record's fields.</summary>
    public static List<string> Fields(string record)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < record.Length; i++)
        {
            var c = record[i];
            if (quoted && c == '"' && i + 1 < record.Length && record[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }
        fields.Add(field.ToString());
        return fields;
    }
}
