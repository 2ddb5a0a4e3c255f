namespace Pipeline.Simulation.Programs;

/// <summary>The counter-based generator Philox 4×32-10 of Salmon and others (2011): a number's place gives the number, so any rank can
/// make any part of a stream.</summary>
internal static class Philox
{
    private const int Rounds = 10;

    /// <summary>Four random words of a place in a stream.</summary>
    /// <param name="counter">The place: four words.</param>
    /// <param name="key">The stream: two words.</param>
    public static (uint, uint, uint, uint) Words((uint, uint, uint, uint) counter, (uint, uint) key)
    {
        var (a, b, c, d) = counter;
        var (k, l) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var (p, q) = ((ulong)a * 0xD2511F53, (ulong)c * 0xCD9E8D57);
            (a, b, c, d) = ((uint)(q >> 32) ^ b ^ k, (uint)q, (uint)(p >> 32) ^ d ^ l, (uint)p);
            (k, l) = (k + 0x9E3779B9, l + 0xBB67AE85);
        }
        return (a, b, c, d);
    }

    /// <summary>Two independent numbers of the standard normal distribution, by Box and Muller's transformation.</summary>
    /// <param name="seed">The stream.</param>
    /// <param name="place">The place in it.</param>
    public static (double, double) Normals(ulong seed, ulong place)
    {
        var (a, b, c, d) = Words(((uint)place, (uint)(place >> 32), 0, 0), ((uint)seed, (uint)(seed >> 32)));
        var radius = Math.Sqrt(-2 * Math.Log(Uniform(a, b)));
        var (sin, cos) = Math.SinCos(2 * Math.PI * Uniform(c, d));
        return (radius * cos, radius * sin);
    }

    // 53 bits, never zero.
    private static double Uniform(uint high, uint low) => ((((ulong)high << 32 | low) >> 11) + 1) * (1.0 / (1UL << 53));
}
