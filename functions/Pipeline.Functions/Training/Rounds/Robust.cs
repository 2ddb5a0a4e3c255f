namespace Pipeline.Training;

/// <summary>Averages that a few bad workers cannot pull away (Yin et al. 2018), coordinate by coordinate.</summary>
internal static class Robust
{
    /// <summary>Combines vectors.</summary>
    /// <param name="vectors">One a worker.</param>
    /// <param name="trim">The share that is left out at each end; null for the median.</param>
    public static float[] Combine(IReadOnlyList<float[]> vectors, double? trim)
    {
        var count = vectors.Count;
        var left = trim is { } share ? Math.Min((int)(share * count), (count - 1) / 2) : (count - 1) / 2;
        var combined = new float[vectors[0].Length];
        var column = new float[count];
        for (var i = 0; i < combined.Length; i++)
        {
            for (var v = 0; v < count; v++)
                column[v] = vectors[v][i];
            // What is no number counts as beyond all others, so that it is among the first to be left out.
            Array.Sort(column, static (a, b) => Rank(a).CompareTo(Rank(b)));
            var sum = 0.0;
            for (var v = left; v < count - left; v++)
                sum += column[v];
            combined[i] = (float)(sum / (count - (2 * left)));
        }
        return combined;
    }

    private static float Rank(float value) => float.IsNaN(value) ? float.PositiveInfinity : value;
}
