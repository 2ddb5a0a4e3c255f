using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>A sum over many samples in blocks that are the same for any number of ranks: each rank makes the sums of its share of
/// blocks, some a superstep, and at the end all are added in the order of the blocks. So ranks do not change a bit of the result.</summary>
internal sealed class BlockSums(int blocks, int columns)
{
    private double[] _sums = [];
    private int _first;
    private int _count;
    private int _made;

    /// <summary>Blocks that a rank makes in a superstep at most.</summary>
    public const int BlocksPerSuperstep = 16;

    /// <summary>The supersteps that the largest share takes.</summary>
    public static long Supersteps(int blocks, int ranks) => Math.Max(1, ((blocks + ranks - 1) / ranks + BlocksPerSuperstep - 1) / BlocksPerSuperstep);

    public void Initialise(ICommunicator communicator)
    {
        var (start, end) = CartesianTopology.Split(blocks, communicator.Size, communicator.Rank);
        (_first, _count) = (start, end - start);
        _sums = new double[_count * columns];
    }

    /// <summary>Makes the next blocks of this rank: each by <paramref name="make"/>, which gets its number and room for its sums.</summary>
    public void Advance(long superstep, Action<int, Span<double>> make)
    {
        // Where work began with another number of ranks, what others made is here already, and counts.
        var until = (int)Math.Min(_count, superstep * BlocksPerSuperstep);
        for (; _made < until; _made++)
        {
            var place = _sums.AsSpan(_made * columns, columns);
            if (!place.ContainsAnyExcept(0.0))
                make(_first + _made, place);
        }
    }

    /// <summary>Shows the sums of all blocks to all ranks in the next superstep.</summary>
    public void Send(ICommunicator communicator) => communicator.AllGather<double>(_sums);

    /// <summary>The totals.</summary>
    public double[] Total(ICommunicator communicator)
    {
        var all = communicator.Result<double>();
        var total = new double[columns];
        for (var i = 0; i < all.Length; i++)
            total[i % columns] += all[i];
        return total;
    }

    public void Archive(IArchive archive)
    {
        archive.Array("sums", new Window(blocks, columns, _first, 0, _count, columns), _sums.AsSpan());
        if (archive.IsRestoring)
            _made = 0;
    }

    /// <summary>This rank's sums so far.</summary>
    public double Made(int column)
    {
        var sum = 0.0;
        for (var i = column; i < _sums.Length; i += columns)
            sum += _sums[i];
        return sum;
    }
}
