namespace Pipeline.Training;

/// <summary>Random numbers that follow from a seed and a place (SplitMix64, Steele et al. 2014): the same for whoever asks, in
/// whatever order.</summary>
internal struct SeededRandom(ulong state)
{
    private ulong _state = state;

    /// <summary>A seed that follows from a seed and further numbers.</summary>
    public static ulong Mix(ulong seed, params ReadOnlySpan<ulong> places)
    {
        var mixed = Finish(seed + 0x9e3779b97f4a7c15);
        foreach (var place in places)
            mixed = Finish(mixed ^ Finish(place + 0x9e3779b97f4a7c15));
        return mixed;
    }

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        return Finish(_state);
    }

    /// <summary>From 0 below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>From 0 below 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The numbers below <paramref name="count"/> in random order (Fisher and Yates 1938).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = Below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
