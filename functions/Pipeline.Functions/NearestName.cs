namespace Pipeline;

/// <summary>Finds what somebody may have meant, for error messages.</summary>
public static class NearestName
{
    /// <summary>A sentence that offers the nearest of <paramref name="candidates"/>, or lists them where none is near and they
    /// are few; empty where nothing useful can be said. It starts with a space, to be put behind a message.</summary>
    public static string Hint(string given, IEnumerable<string> candidates)
    {
        var names = candidates.Distinct(StringComparer.Ordinal).OrderBy(n => n, StringComparer.Ordinal).ToList();
        var nearest = Find(given, names);
        if (nearest is not null)
            return $" Did you mean '{nearest}'?";
        return names.Count is > 0 and <= 12 ? $" Known: {string.Join(", ", names)}." : "";
    }

    /// <summary>The candidate at the smallest edit distance (case aside), or null where even that one is too far to be a slip.</summary>
    public static string? Find(string given, IEnumerable<string> candidates)
    {
        // More than a third of the letters changed is another word, not a misspelling.
        var limit = Math.Max(1, Math.Min(given.Length, 24) / 3);
        return candidates
            .Select(name => (name, distance: Distance(given, name, limit)))
            .Where(c => c.distance <= limit)
            .OrderBy(c => c.distance)
            .Select(c => c.name)
            .FirstOrDefault();
    }

    /// <summary>Optimal string alignment distance (Damerau 1964, Wagner and Fischer 1974): insertions, deletions, substitutions and
    /// swaps of neighbours. Anything above <paramref name="limit"/> comes back as some number above it.</summary>
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
            return limit + 1;
        var rows = new int[3][] { new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1] };
        for (var j = 0; j <= b.Length; j++)
            rows[0][j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            int[] row = rows[i % 3], above = rows[(i - 1) % 3], twoAbove = rows[(i + 1) % 3];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                row[j] = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
            }
        }
        return rows[a.Length % 3][b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
