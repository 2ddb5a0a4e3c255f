namespace Pipeline.Storage;

/// <summary>Decides which ranges of a file are asked for.</summary>
internal static class RangePlanner
{
    // A request costs about as much time as reading this much.
    private const long LargestGap = 128 << 10;

    // Small enough to share a large range among connections, large enough that requests do not count.
    private const long LargestRequest = 4 << 20;

    /// <summary>Joins ranges that lie close together, and cuts those that are large.</summary>
    public static IReadOnlyList<ByteRange> Plan(IEnumerable<ByteRange> needed)
    {
        var joined = new List<ByteRange>();
        foreach (var range in needed.Where(r => r.Length > 0).OrderBy(r => r.Offset))
        {
            if (joined.Count > 0 && range.Offset - joined[^1].End <= LargestGap)
                joined[^1] = joined[^1] with { Length = Math.Max(joined[^1].End, range.End) - joined[^1].Offset };
            else
                joined.Add(range);
        }

        return [.. joined.SelectMany(Cut)];
    }

    private static IEnumerable<ByteRange> Cut(ByteRange range)
    {
        for (var offset = range.Offset; offset < range.End; offset += LargestRequest)
            yield return new ByteRange(offset, Math.Min(LargestRequest, range.End - offset));
    }
}
