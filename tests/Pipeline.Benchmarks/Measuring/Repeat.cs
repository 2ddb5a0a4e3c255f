namespace Pipeline.Benchmarks.Measuring;

/// <summary>Sums up repetitions.</summary>
internal static class Repeat
{
    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
