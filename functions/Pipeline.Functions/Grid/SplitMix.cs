namespace Pipeline.Grid;

/// <summary>The generator SplitMix64 of Steele, Lea and Flood (2014): the same numbers from the same seed on every machine.</summary>
internal struct SplitMix
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>Begins a stream: a seed has as many as there are numbers.</summary>
    public SplitMix(long seed, long stream) => _state = Mix((ulong)seed + Golden) ^ Mix((ulong)stream * Golden + 1);

    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 up to, and without, 1.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 up to, and without, a bound.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
