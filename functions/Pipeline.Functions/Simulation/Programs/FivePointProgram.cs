using System.Numerics;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>Advection and diffusion of a quantity on the unit square by central differences and forward steps: every new value is a
/// weighted sum of a cell and its four neighbours.</summary>
internal sealed class FivePointProgram(FivePointProblem problem) : SimulationProgram
{
    private HaloField _field = null!;
    private CartesianTopology _topology = null!;
    private double[] _next = [];
    private double _time;

    public override double Time => _time;

    public override void Initialise(ICommunicator communicator)
    {
        _topology = CartesianTopology.Balanced(communicator.Size, problem.Cells, problem.Cells, problem.Periodic, problem.Periodic);
        _field = new HaloField(_topology, _topology.Share(communicator.Rank, problem.Cells, problem.Cells), problem.InnerSteps);
        _next = new double[_field.Data.Length];
        var window = _field.Window;
        for (var row = 0; row < window.Height; row++)
        {
            var line = _field.Row(row);
            for (var column = 0; column < window.Width; column++)
                line[column] = problem.Exact(window.Top + row, window.Left + column, 0);
        }
    }

    public override IEnumerable<int> Partners(ICommunicator communicator) => _topology.Neighbours(communicator.Rank);

    public override void Send(ICommunicator communicator) => _field.Send(communicator);

    public override void Superstep(ICommunicator communicator)
    {
        _field.Receive(communicator);
        var window = _field.Window;
        for (var margin = problem.InnerSteps - 1; margin >= 0; margin--)
        {
            // Inner steps compute a part of the border too, each a ring less. What lies beyond a wall stays zero.
            var (top, bottom) = Range(margin, window.Top, window.Height, problem.Cells);
            var (left, right) = Range(margin, window.Left, window.Width, problem.Cells);
            var stride = _field.Stride;
            for (var row = top; row < bottom; row++)
            {
                var at = (row + _field.Halo) * stride + _field.Halo + left;
                Weigh(_field.Data, _next, at, right - left, stride, problem.Weights);
            }
            (_field.Data, _next) = (_next, _field.Data);
            _time += problem.TimeStep;
        }
    }

    public override void State(IArchive archive)
    {
        _field.Archive(archive, "u");
        archive.Value("time", ref _time);
    }

    public override void Output(IArchive archive) => _field.Archive(archive, "u");

    public override void Diagnose(Diagnostics diagnostics)
    {
        var (window, sum, square, worst) = (_field.Window, 0.0, 0.0, 0.0);
        for (var row = 0; row < window.Height; row++)
        {
            var line = _field.Row(row);
            for (var column = 0; column < window.Width; column++)
            {
                var error = Math.Abs(line[column] - problem.Exact(window.Top + row, window.Left + column, _time));
                sum += line[column];
                square += error * error;
                worst = Math.Max(worst, error);
            }
        }
        var area = problem.Spacing * problem.Spacing;
        diagnostics.Sum("total", sum * area);
        diagnostics.Sum("squaredError", square * area);
        diagnostics.Max("maxError", worst);
    }

    private (int From, int To) Range(int margin, int start, int length, int cells) => problem.Periodic
        ? (-margin, length + margin)
        : (Math.Max(-margin, -start), Math.Min(length + margin, cells - start));

    // Fused multiply-adds in vectors and in the rest, so that a cell has the same bits wherever it falls in a row.
    private static void Weigh(double[] from, double[] to, int at, int count, int stride, in FivePointWeights w)
    {
        var north = from.AsSpan(at + stride, count);
        var south = from.AsSpan(at - stride, count);
        var line = from.AsSpan(at - 1, count + 2);
        var result = to.AsSpan(at, count);
        var (vc, vw, ve, vs, vn) = (new Vector<double>(w.Centre), new Vector<double>(w.West), new Vector<double>(w.East), new Vector<double>(w.South), new Vector<double>(w.North));
        var width = Vector<double>.Count;
        var i = 0;
        for (; i + width <= count; i += width)
        {
            var sum = vc * new Vector<double>(line[(i + 1)..]);
            sum = Vector.FusedMultiplyAdd(vw, new Vector<double>(line[i..]), sum);
            sum = Vector.FusedMultiplyAdd(ve, new Vector<double>(line[(i + 2)..]), sum);
            sum = Vector.FusedMultiplyAdd(vs, new Vector<double>(south[i..]), sum);
            sum = Vector.FusedMultiplyAdd(vn, new Vector<double>(north[i..]), sum);
            sum.CopyTo(result[i..]);
        }
        for (; i < count; i++)
        {
            var sum = w.Centre * line[i + 1];
            sum = Math.FusedMultiplyAdd(w.West, line[i], sum);
            sum = Math.FusedMultiplyAdd(w.East, line[i + 2], sum);
            sum = Math.FusedMultiplyAdd(w.South, south[i], sum);
            result[i] = Math.FusedMultiplyAdd(w.North, north[i], sum);
        }
    }
}
