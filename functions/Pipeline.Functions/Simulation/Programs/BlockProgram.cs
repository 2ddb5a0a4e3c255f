using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>A program that is nothing but a sum over blocks: see <see cref="BlockSums"/>. What a block adds, and what the totals mean,
/// is up to the program.</summary>
internal abstract class BlockProgram(int blocks, int columns) : SimulationProgram
{
    private long _superstep;

    public override double Time => _superstep;

    protected BlockSums Sums { get; } = new(blocks, columns);

    public override void Initialise(ICommunicator communicator) => Sums.Initialise(communicator);

    public override void Superstep(ICommunicator communicator)
    {
        _superstep = communicator.Superstep;
        Sums.Advance(_superstep, Make);
    }

    public override void Send(ICommunicator communicator)
    {
        if (communicator.Superstep >= BlockSums.Supersteps(blocks, communicator.Size))
            Sums.Send(communicator);
    }

    public override void State(IArchive archive)
    {
        Sums.Archive(archive);
        archive.Value("superstep", ref _superstep);
    }

    public override void Output(IArchive archive) => Sums.Archive(archive);

    /// <summary>Makes the sums of a block.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="sums">A place for each column, all zero.</param>
    protected abstract void Make(int block, Span<double> sums);
}
