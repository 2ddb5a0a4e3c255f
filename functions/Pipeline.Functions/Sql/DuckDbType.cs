using System.Globalization;

namespace Pipeline.Sql;

/// <summary>A DuckDB type, read from the way in which DuckDB prints it.</summary>
/// <param name="Name">The name without arguments, in capitals: <c>INTEGER</c>, <c>STRUCT</c>, <c>LIST</c>, <c>ARRAY</c>, ...</param>
/// <param name="Text">The whole type as printed.</param>
/// <param name="Children">What it is made of: the fields of a STRUCT or UNION with their names (a row, <c>(1, 2)</c>, is a STRUCT whose fields have none), the element of a LIST or ARRAY, key and value of a MAP.</param>
internal sealed record DuckDbType(string Name, string Text, IReadOnlyList<(string? Field, DuckDbType Type)> Children)
{
    /// <summary>Reads a type; a text that DuckDB would not print gives a type of that name without children.</summary>
    public static DuckDbType Parse(string text)
    {
        var position = 0;
        var type = Read(text, ref position);
        return position == text.Length ? type : new DuckDbType(text.ToUpperInvariant(), text, []);
    }

    private static DuckDbType Read(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' or ' '))
        {
            position++;
        }

        var name = text[start..position].Trim().ToUpperInvariant();
        var children = new List<(string?, DuckDbType)>();
        if (position < text.Length && text[position] == '(')
        {
            if (name is "STRUCT" or "UNION" or "MAP")
            {
                do
                {
                    position++;
                    SkipSpaces(text, ref position);
                    var field = name == "MAP" ? null : ReadFieldName(text, ref position);
                    children.Add((field, Read(text, ref position)));
                }
                while (position < text.Length && text[position] == ',');
                position = Math.Min(position + 1, text.Length);
            }
            else
            {
                SkipArguments(text, ref position);
            }
        }
        var type = new DuckDbType(name, text[start..position].Trim(), children);
        while (position < text.Length && text[position] == '[')
        {
            var end = text.IndexOf(']', position);
            if (end < 0)
            {
                position = text.Length;
                break;
            }

            var isArray = int.TryParse(text.AsSpan(position + 1, end - position - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
            position = end + 1;
            type = new DuckDbType(isArray ? "ARRAY" : "LIST", text[start..position].Trim(), [(null, type)]);
        }

        return type;
    }

    private static string? ReadFieldName(string text, ref int position)
    {
        var start = position;
        if (position < text.Length && text[position] == '"')
        {
            position++;
            while (position < text.Length && (text[position] != '"' || (position + 1 < text.Length && text[position + 1] == '"')))
            {
                position += text[position] == '"' ? 2 : 1;
            }

            position = Math.Min(position + 1, text.Length);
            var quoted = text[start..position];
            SkipSpaces(text, ref position);
            return quoted.Length < 2 ? quoted : quoted[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
        }

        while (position < text.Length && text[position] is not (' ' or ',' or '(' or ')'))
        {
            position++;
        }

        if (position < text.Length && text[position] != ' ')
        {
            position = start; // That was the type already.
            return null;
        }

        var plain = text[start..position];
        SkipSpaces(text, ref position);
        return plain;
    }

    private static void SkipArguments(string text, ref int position)
    {
        var inQuotes = false;
        for (; position < text.Length; position++)
        {
            if (text[position] == '\'')
            {
                inQuotes = !inQuotes;
            }
            else if (text[position] == ')' && !inQuotes)
            {
                position++;
                return;
            }
        }
    }

    private static void SkipSpaces(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ')
        {
            position++;
        }
    }
}
