using System.Diagnostics;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>Measures the same thing several times.</summary>
internal static class Repeat
{
    /// <summary>The seconds of each repetition, after one that does not count.</summary>
    public static async Task<double[]> SecondsAsync(int times, Func<Task> warmUp, Func<Task> measured)
    {
        await warmUp();
        var seconds = new double[times];
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await measured();
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return seconds;
    }

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
