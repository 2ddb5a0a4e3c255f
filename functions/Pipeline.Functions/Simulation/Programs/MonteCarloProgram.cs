using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>The price of a European call option by simulation, and the exact one of Black and Scholes.</summary>
internal sealed class MonteCarloProgram(OptionProblem problem) : BlockProgram(problem.Blocks, columns: 3)
{
    private double _price = double.NaN;
    private double _error = double.NaN;

    public override void Finish(ICommunicator communicator)
    {
        var total = Sums.Total(communicator);
        _price = total[0] / total[2];
        _error = Math.Sqrt((total[1] / total[2] - _price * _price) / total[2]);
    }

    public override void Diagnose(Diagnostics diagnostics)
    {
        diagnostics.Sum("samples", Sums.Made(2));
        diagnostics.Max("price", _price);
        diagnostics.Max("standardError", _error);
        diagnostics.Max("exactPrice", problem.Exact);
    }

    protected override void Make(int block, Span<double> sums)
    {
        var first = (long)block * OptionProblem.SamplesPerBlock;
        var count = Math.Min(OptionProblem.SamplesPerBlock, problem.Samples - first);
        var (drift, spread, discount) = (problem.Drift, problem.Spread, problem.Discount);
        // Two samples a place in the stream.
        for (var i = 0L; i < count; i += 2)
        {
            var (x, y) = Philox.Normals(problem.Seed, (ulong)(first + i) / 2);
            Add(sums, x);
            if (i + 1 < count)
                Add(sums, y);
        }
        sums[2] = count;

        void Add(Span<double> into, double normal)
        {
            var payoff = discount * Math.Max(0, problem.Spot * Math.Exp(drift + spread * normal) - problem.Strike);
            into[0] += payoff;
            into[1] += payoff * payoff;
        }
    }
}
