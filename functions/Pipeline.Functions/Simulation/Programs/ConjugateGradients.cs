using System.Numerics.Tensors;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>
/// The method of conjugate gradients, rows of the matrix shared out among ranks. An iteration takes two supersteps: one multiplies by the
/// direction, which every rank keeps whole, and one steps along it. What ranks tell each other is a part of a vector and two sums.
/// </summary>
/// <param name="matrix">Symmetric; every rank reads its own rows.</param>
/// <param name="precondition">Whether residuals are divided by the diagonal (Jacobi).</param>
/// <param name="definite">Whether the matrix must be positive definite. That of NAS CG, with its shift, is not.</param>
internal sealed class ConjugateGradients(SparseMatrix matrix, bool precondition, bool definite = true)
{
    private const int Gathered = 0;
    private const int Summed = 1;

    private readonly double[] _direction = new double[matrix.Size];
    private int _first;
    private double[] _solution = [];
    private double[] _residual = [];
    private double[] _scaled = [];
    private double[] _product = [];
    private double[] _inverse = [];
    private double _rho;
    private double _square;
    private bool _stepping;

    /// <summary>Iterations since the start.</summary>
    public long Iteration { get; private set; }

    /// <summary>The norm of the residual, as the recurrence has it; no number before the first.</summary>
    public double ResidualNorm => Math.Sqrt(_square);

    public int First => _first;

    public Span<double> Solution => _solution;

    public void Initialise(ICommunicator communicator)
    {
        var (start, end) = CartesianTopology.Split(matrix.Size, communicator.Size, communicator.Rank);
        _first = start;
        (_solution, _residual, _scaled, _product, _inverse) = (new double[end - start], new double[end - start], new double[end - start], new double[end - start], new double[end - start]);
        for (var i = 0; i < _inverse.Length; i++)
            _inverse[i] = precondition ? 1 / matrix.At(start + i, start + i) : 1;
    }

    /// <summary>Begins anew with a right-hand side, of which the rank's part is given, and the solution 0.</summary>
    public void Start(ReadOnlySpan<double> right)
    {
        right.CopyTo(_residual);
        _solution.AsSpan().Clear();
        _direction.AsSpan().Clear();
        TensorPrimitives.Multiply(_residual, _inverse, _scaled);
        (_rho, _square, _stepping, Iteration) = (0, -1, false, 0);
    }

    /// <summary>Sends what the next superstep needs; for ranks that restored their state too.</summary>
    public void Send(ICommunicator communicator)
    {
        if (_stepping)
        {
            communicator.AllReduce<double>([TensorPrimitives.Dot<double>(_direction.AsSpan(_first, _product.Length), _product)], ReduceOperation.Sum, Summed);
            return;
        }
        communicator.AllGather<double>(_scaled, Gathered);
        communicator.AllReduce<double>([TensorPrimitives.Dot<double>(_residual, _scaled), TensorPrimitives.Dot<double>(_residual, _residual)], ReduceOperation.Sum, Summed);
    }

    /// <summary>The norm of the residual where one is to hand: in the superstep after an iteration.</summary>
    public double? Arrived(ICommunicator communicator) => _stepping ? null : Math.Sqrt(communicator.Result<double>(Summed)[1]);

    /// <summary>Half an iteration.</summary>
    /// <exception cref="SimulationException">The matrix is not positive definite.</exception>
    public void Advance(ICommunicator communicator)
    {
        var sums = communicator.Result<double>(Summed);
        var own = _direction.AsSpan(_first, _product.Length);
        if (_stepping)
        {
            var curvature = sums[0];
            if (definite && !(curvature > 0) && _rho > 0)
                throw new SimulationException($"The matrix is not positive definite: in iteration {Iteration + 1} the direction p has p·Ap = {curvature:g6}. Conjugate gradients need a symmetric positive definite matrix.");
            var alpha = _rho == 0 ? 0 : _rho / curvature;
            TensorPrimitives.MultiplyAdd(own, alpha, _solution, _solution);
            TensorPrimitives.MultiplyAdd(_product, -alpha, _residual, _residual);
            TensorPrimitives.Multiply(_residual, _inverse, _scaled);
            Iteration++;
        }
        else
        {
            var beta = _rho == 0 ? 0 : sums[0] / _rho;
            (_rho, _square) = (sums[0], sums[1]);
            // By the parts of the ranks, which nobody need put together.
            for (var (rank, place) = (0, 0); rank < communicator.Size; rank++)
            {
                var part = communicator.ResultOf<double>(rank, Gathered);
                var direction = _direction.AsSpan(place, part.Length);
                TensorPrimitives.MultiplyAdd(direction, beta, part, direction);
                place += part.Length;
            }
            matrix.Multiply(_first, _direction, _product);
        }
        _stepping = !_stepping;
    }

    public void Archive(IArchive archive)
    {
        var iteration = Iteration;
        var window = Window.Of(matrix.Size, _first, _solution.Length);
        archive.Array("x", window, _solution.AsSpan());
        archive.Array("r", window, _residual.AsSpan());
        archive.Value("rho", ref _rho);
        archive.Value("square", ref _square);
        archive.Value("stepping", ref _stepping);
        archive.Value("iteration", ref iteration);
        if (!archive.IsRestoring)
        {
            archive.Array("p", window, _direction.AsSpan(_first, _solution.Length));
            return;
        }
        archive.Array("p", Window.Of(matrix.Size, 0, matrix.Size), _direction.AsSpan());
        Iteration = iteration;
        TensorPrimitives.Multiply(_residual, _inverse, _scaled);
        matrix.Multiply(_first, _direction, _product);
    }
}
