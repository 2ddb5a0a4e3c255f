using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation;

/// <summary>
/// A program for ranks: every rank has an instance of its own, which owns a part of the domain and talks to the others by an
/// <see cref="ICommunicator"/>. Derive from it, describe it by a <see cref="ProgramDefinition"/>, and register that.
/// </summary>
/// <remarks>
/// What runs: <see cref="Initialise"/>, <see cref="Send"/>, then <see cref="Superstep"/> and <see cref="Send"/> again and again, at last
/// <see cref="Finish"/>. After a restart: <see cref="Initialise"/>, <see cref="State"/>, <see cref="Send"/>. So a checkpoint holds no
/// messages, and another number of ranks can go on from it: <see cref="Send"/> makes them anew. All must depend on the state, the
/// parameters and the messages only, so that doing it twice gives the same bits.
/// </remarks>
public abstract class SimulationProgram
{
    /// <summary>The simulated time in seconds, or in the program's own unit; it grows with the supersteps.</summary>
    public virtual double Time => 0;

    /// <summary>Whether the program has come to its end before its last superstep. All ranks must say so in the same superstep: decide
    /// by the result of a collective.</summary>
    public virtual bool IsDone => false;

    /// <summary>Makes the rank's part of the domain as it is at the start.</summary>
    public abstract void Initialise(ICommunicator communicator);

    /// <summary>The ranks that this one sends to and receives from; null for any, and where there are collectives. Hosts whose ranks have
    /// nothing to say to each other exchange nothing, so naming them spares many hosts most of their requests. It is asked once, after
    /// <see cref="Initialise"/>. All ranks name some or none does, and whoever is named names back.</summary>
    public virtual IEnumerable<int>? Partners(ICommunicator communicator) => null;

    /// <summary>One superstep: receives what arrived, and computes.</summary>
    public abstract void Superstep(ICommunicator communicator);

    /// <summary>Sends what others need for the next superstep, and starts collectives. It must not change the state.</summary>
    public virtual void Send(ICommunicator communicator)
    {
    }

    /// <summary>The last act, in which what the last superstep sent has arrived.</summary>
    public virtual void Finish(ICommunicator communicator)
    {
    }

    /// <summary>Hands every value that must outlive a restart to the archive, which saves or restores it. Parts of arrays that all
    /// ranks hold together are named by their place in the whole, so that other ranks can take other parts.</summary>
    public abstract void State(IArchive archive);

    /// <summary>Hands over the fields to be written as output; by default the state.</summary>
    public virtual void Output(IArchive archive) => State(archive);

    /// <summary>Tells figures about the rank's part, which become one for all ranks.</summary>
    public virtual void Diagnose(Diagnostics diagnostics)
    {
    }
}
