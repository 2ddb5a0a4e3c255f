using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Patterns and formats that take a few letters and cost days or gigabytes. DuckDB looks for LIKE and GLOB by trying again from
/// each place for each wildcard, and hears no interrupt while it does.</summary>
internal static class CostlyPatterns
{
    private const int MostWildcards = 4;
    private const int WidestFormat = 10_000;

    private static readonly HashSet<string> s_likes = new(["~~", "!~~", "~~*", "!~~*", "like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> s_formats = new(["format", "printf"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a call is refused; null if it is not.</summary>
    public static string? WhyNot(JsonObject call)
    {
        var name = call.Text("function_name");
        var arguments = call.Objects("children").ToList();
        if (s_likes.Contains(name) && arguments.ElementAtOrDefault(1).ConstantText() is { } like)
        {
            return like.Contains('_', StringComparison.Ordinal) && Runs(like, '%') > MostWildcards
                ? $"A LIKE pattern with '_' may have {MostWildcards} '%' at most, as more would take too long. Use a regular expression: regexp_matches(...)" : null;
        }

        if (name == "~~~" && arguments.ElementAtOrDefault(1).ConstantText() is { } glob)
        {
            return Runs(glob, '*') > MostWildcards ? $"A GLOB pattern may have {MostWildcards} '*' at most, as more would take too long. Use a regular expression: regexp_matches(...)" : null;
        }

        return s_formats.Contains(name) && arguments.Count > 0 ? WhyNotFormat(name, arguments[0].ConstantText()) : null;
    }

    private static string? WhyNotFormat(string name, string? format)
    {
        if (format is null)
        {
            return $"The first argument of {name} must be a text that stands in the query: what a column holds could ask for a text of gigabytes";
        }

        if (Numbers(format).Any(number => number > WidestFormat))
        {
            return $"A width or precision in {name}'s text may be {WidestFormat} at most";
        }

        // A width that is itself an argument.
        return (name.Equals("printf", StringComparison.OrdinalIgnoreCase) ? AfterPercent(format).Any(spec => spec.Contains('*', StringComparison.Ordinal)) : HasNestedBraces(format))
            ? $"A width in {name}'s text must be a number that stands there" : null;
    }

    // Wildcards that follow each other are one.
    private static int Runs(string pattern, char wildcard) => pattern.Where((c, i) => c == wildcard && (i == 0 || pattern[i - 1] != wildcard)).Count();

    private static IEnumerable<double> Numbers(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var end = at;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            if (end > at)
            {
                yield return double.Parse(text.AsSpan(at, end - at), CultureInfo.InvariantCulture);
                at = end;
            }
        }
    }

    private static IEnumerable<string> AfterPercent(string format) => format.Split('%').Skip(1).Select(part => new string([.. part.TakeWhile(c => !char.IsAsciiLetter(c))]));

    private static bool HasNestedBraces(string format)
    {
        var isOpen = false;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] is '{' or '}' && i + 1 < format.Length && format[i + 1] == format[i] && !isOpen)
            {
                i++; // a brace that is to be printed
            }
            else if (format[i] == '{' && isOpen)
            {
                return true;
            }
            else
            {
                isOpen = format[i] == '{' || (isOpen && format[i] != '}');
            }
        }

        return false;
    }
}
