using System.Globalization;
using System.Text.Json;
using Pipeline.Sql;

namespace Pipeline.Tests.Sql;

/// <summary>Compares results: floating-point numbers within a relative tolerance, rows in order or as multisets.</summary>
internal static class RowSets
{
    public static void AssertSame(QueryRows expected, QueryRows actual, bool inOrder)
    {
        var left = expected.Rows.Select(Parse).ToList();
        var right = actual.Rows.Select(Parse).ToList();
        if (!inOrder)
        {
            left.Sort(CompareRough);
            right.Sort(CompareRough);
        }

        var index = left.Zip(right).TakeWhile(p => Same(p.First, p.Second)).Count();
        if (left.Count != right.Count || index < left.Count)
        {
            string Show(List<JsonElement> rows) => string.Join('\n', rows.Skip(Math.Max(0, index - 1)).Take(6));
            Assert.Fail($"expected {left.Count} rows, got {right.Count}; they differ from row {index}\nexpected:\n{Show(left)}\ngot:\n{Show(right)}");
        }
    }

    private static JsonElement Parse(string row) => JsonDocument.Parse(row).RootElement;

    private static bool Same(JsonElement a, JsonElement b)
    {
        if (a.ValueKind == JsonValueKind.Number && b.ValueKind == JsonValueKind.Number)
        {
            if (a.GetRawText() == b.GetRawText())
            {
                return true;
            }

            // Whole numbers are exact; others may differ in the last digits.
            var isWhole = !a.GetRawText().AsSpan().ContainsAny(".eE") && !b.GetRawText().AsSpan().ContainsAny(".eE");
            var (x, y) = (a.GetDouble(), b.GetDouble());
            return !isWhole && (Math.Abs(x - y) <= 1e-9 * Math.Max(Math.Abs(x), Math.Abs(y)) || Math.Abs(x - y) < 1e-9);
        }

        return a.ValueKind == b.ValueKind && a.ValueKind switch
        {
            JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(p => Same(p.First, p.Second)),
            JsonValueKind.Object => a.EnumerateObject().Count() == b.EnumerateObject().Count() && a.EnumerateObject().Zip(b.EnumerateObject()).All(p => p.First.Name == p.Second.Name && Same(p.First.Value, p.Second.Value)),
            JsonValueKind.String => a.GetString() == b.GetString(),
            _ => true,
        };
    }

    private static int CompareRough(JsonElement a, JsonElement b) => string.CompareOrdinal(Rough(a), Rough(b));

    /// <summary>A sort key in which numbers that differ only in their last digits are the same.</summary>
    private static string Rough(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Rough))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(p => p.Name + ":" + Rough(p.Value)))}}}",
        JsonValueKind.Number => value.GetDouble() is var d && d == 0 ? "0" : d.ToString("E5", CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
