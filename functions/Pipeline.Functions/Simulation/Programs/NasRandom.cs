namespace Pipeline.Simulation.Programs;

/// <summary>The generator of the NAS benchmarks: x becomes a·x modulo 2^46.</summary>
internal struct NasRandom(ulong seed)
{
    /// <summary>5^13.</summary>
    public const ulong Multiplier = 1_220_703_125;

    private const ulong Mask = (1UL << 46) - 1;

    private ulong _x = seed;

    /// <summary>The next number, between 0 and 1.</summary>
    public double Next()
    {
        _x = Times(_x, Multiplier);
        return _x * (1.0 / (1UL << 46));
    }

    /// <summary>The seed after so many numbers.</summary>
    public static ulong Jump(ulong seed, ulong numbers)
    {
        for (var factor = Multiplier; numbers > 0; numbers >>= 1, factor = Times(factor, factor))
        {
            if ((numbers & 1) != 0)
                seed = Times(seed, factor);
        }
        return seed;
    }

    // The lower 64 bits of the product are all that matters.
    private static ulong Times(ulong x, ulong y) => unchecked(x * y) & Mask;
}
