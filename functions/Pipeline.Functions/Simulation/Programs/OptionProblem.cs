namespace Pipeline.Simulation.Programs;

/// <summary>A European call option.</summary>
/// <param name="Samples">How many paths are drawn.</param>
/// <param name="Seed">The stream of random numbers.</param>
/// <param name="Spot">The price now.</param>
/// <param name="Strike">The price to buy at.</param>
/// <param name="Rate">Interest a year.</param>
/// <param name="Volatility">Of a year.</param>
/// <param name="Years">Until it ends.</param>
internal sealed record OptionProblem(long Samples, ulong Seed, double Spot, double Strike, double Rate, double Volatility, double Years)
{
    public const int SamplesPerBlock = 1 << 16;

    public int Blocks => (int)((Samples + SamplesPerBlock - 1) / SamplesPerBlock);

    public double Drift => (Rate - Volatility * Volatility / 2) * Years;

    public double Spread => Volatility * Math.Sqrt(Years);

    public double Discount => Math.Exp(-Rate * Years);

    public double Exact
    {
        get
        {
            var upper = (Math.Log(Spot / Strike) + (Rate + Volatility * Volatility / 2) * Years) / Spread;
            return Spot * Normal(upper) - Strike * Discount * Normal(upper - Spread);
        }
    }

    public long LastSuperstep(int ranks) => BlockSums.Supersteps(Blocks, ranks);

    // The distribution function by Simpson's rule from the middle; nobody waits for it.
    private static double Normal(double x)
    {
        const int Parts = 2_000;
        var sum = 0.0;
        for (var i = 0; i <= Parts; i++)
        {
            var t = x * i / Parts;
            sum += Math.Exp(-t * t / 2) * (i is 0 or Parts ? 1 : i % 2 == 0 ? 2 : 4);
        }
        return 0.5 + sum * x / (3 * Parts) / Math.Sqrt(2 * Math.PI);
    }
}
