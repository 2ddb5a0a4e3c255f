namespace Pipeline.Streams;

/// <summary>Powers of ten for exact decimals.</summary>
internal static class Decimals
{
    private static readonly Int128[] s_powers = Make();

    /// <summary>Ten to a power from 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => s_powers[exponent];

    private static Int128[] Make()
    {
        var powers = new Int128[39];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++) powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
