using System.Numerics;

namespace Pipeline.Embedded.Volunteer;

/// <summary>Measures one processor in a tenth of a second or so, for the server's estimates.</summary>
internal static class ProcessorSpeed
{
    private const int Rounds = 200_000;

    /// <summary>Floating-point operations a second, of multiplications and additions in registers.</summary>
    public static double Measure(TimeProvider time)
    {
        var best = 0.0;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var began = time.GetTimestamp();
            var (a, b, c, d) = (new Vector<double>(1.0), new Vector<double>(1.1), new Vector<double>(1.2), new Vector<double>(1.3));
            var factor = new Vector<double>(0.999_999);
            for (var i = 0; i < Rounds; i++)
            {
                a = a * factor + factor;
                b = b * factor + factor;
                c = c * factor + factor;
                d = d * factor + factor;
            }
            var seconds = time.GetElapsedTime(began).TotalSeconds;
            // The sum keeps the loop from being left out.
            if (seconds > 0 && Vector.Sum(a + b + c + d) > 0)
                best = Math.Max(best, 8.0 * Vector<double>.Count * Rounds / seconds);
        }
        return best;
    }
}
