using System.Text;

namespace Pipeline.Sql;

/// <summary>DuckDB writes NaN and infinities as bare words, which JSON has not.</summary>
internal static class JsonRows
{
    private static readonly string[] Words = ["NaN", "Infinity", "-NaN", "-Infinity"];

    /// <summary>Puts such words into quotes, outside of strings.</summary>
    public static string QuoteNonFinite(string json)
    {
        if (!json.Contains('N', StringComparison.Ordinal) && !json.Contains('I', StringComparison.Ordinal))
        {
            return json;
        }

        var output = new StringBuilder(json.Length + 8);
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            if (inString)
            {
                output.Append(c);
                if (c == '\\')
                {
                    output.Append(json[++i]);
                }
                else if (c == '"')
                {
                    inString = false;
                }
            }
            else if (Array.Find(Words, w => json.AsSpan(i).StartsWith(w, StringComparison.Ordinal)) is { } word)
            {
                output.Append('"').Append(word).Append('"');
                i += word.Length - 1;
            }
            else
            {
                inString = c == '"';
                output.Append(c);
            }
        }

        return output.ToString();
    }
}
