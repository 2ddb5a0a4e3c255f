using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>NAS EP: pairs of normal numbers from uniform ones, counted by the square ring that they fall into.</summary>
internal sealed class NasEpProgram(NasEpClass problem) : BlockProgram(problem.Blocks, columns: 2 + Rings)
{
    private const int Rings = 10;
    private const ulong Seed = 271_828_183;

    private double _x = double.NaN;
    private double _y = double.NaN;
    private double _verified = double.NaN;

    public override void Finish(ICommunicator communicator)
    {
        var total = Sums.Total(communicator);
        (_x, _y) = (total[0], total[1]);
        _verified = Math.Abs((_x - problem.SumX) / problem.SumX) <= 1e-8 && Math.Abs((_y - problem.SumY) / problem.SumY) <= 1e-8 ? 1 : 0;
    }

    public override void Diagnose(Diagnostics diagnostics)
    {
        diagnostics.Max("sumX", _x);
        diagnostics.Max("sumY", _y);
        diagnostics.Max("verified", _verified);
        for (var ring = 0; ring < Rings; ring++)
            diagnostics.Sum($"ring{ring}", Sums.Made(2 + ring));
    }

    protected override void Make(int block, Span<double> sums)
    {
        var random = new NasRandom(NasRandom.Jump(Seed, (ulong)block * 2 * NasEpClass.PairsPerBlock));
        for (var pair = 0; pair < NasEpClass.PairsPerBlock; pair++)
        {
            var (x, y) = (2 * random.Next() - 1, 2 * random.Next() - 1);
            var square = x * x + y * y;
            if (square > 1)
                continue;
            var scale = Math.Sqrt(-2 * Math.Log(square) / square);
            var (a, b) = (x * scale, y * scale);
            sums[0] += a;
            sums[1] += b;
            sums[2 + (int)Math.Max(Math.Abs(a), Math.Abs(b))]++;
        }
    }
}
