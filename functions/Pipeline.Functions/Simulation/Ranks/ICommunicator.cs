using System.Numerics;

namespace Pipeline.Simulation.Ranks;

/// <summary>
/// One rank's end of the communication of a simulation, in the words of MPI. It is bulk-synchronous: what ranks send in one superstep
/// arrives in the next, and so do the results of collectives. Every superstep ends with a barrier of all ranks.
/// </summary>
/// <remarks>
/// <para>Messages are arrays of an unmanaged type, copied when they are sent. A tag, 0 to <see cref="MaxTag"/>, tells several messages
/// between the same two ranks apart, or several collectives of one superstep.</para>
/// <para>A collective is started by all ranks in the same superstep, with the same tag, operation and root. Its result is read by
/// <see cref="Result{T}"/> in the next one.</para>
/// </remarks>
public interface ICommunicator
{
    /// <summary>The largest tag.</summary>
    const int MaxTag = 1023;

    /// <summary>This rank's number, from 0.</summary>
    int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    int Size { get; }

    /// <summary>The superstep at work: 0 while ranks are made, 1 for the first superstep.</summary>
    long Superstep { get; }

    /// <summary>Sends to a rank, also to oneself; it arrives in the next superstep.</summary>
    /// <exception cref="SimulationException">There is no such rank or tag.</exception>
    void Send<T>(int destination, ReadOnlySpan<T> data, int tag = 0) where T : unmanaged;

    /// <summary>What a rank sent here in the superstep before. The memory is valid during this superstep only.</summary>
    /// <exception cref="SimulationException">It sent nothing with this tag, or another type.</exception>
    ReadOnlySpan<T> Receive<T>(int source, int tag = 0) where T : unmanaged;

    /// <summary>Whether a rank sent something here in the superstep before.</summary>
    bool HasMessage(int source, int tag = 0);

    /// <summary>Checks that all ranks got here: that every one called this in the same superstep.</summary>
    void Barrier(int tag = 0);

    /// <summary>Gives the root's data to all ranks; others pass nothing.</summary>
    void Broadcast<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged;

    /// <summary>Gives every rank an equal part of the root's data, in the order of the ranks; others pass nothing.</summary>
    /// <exception cref="SimulationException">The data cannot be divided by the number of ranks.</exception>
    void Scatter<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged;

    /// <summary>Gives every rank its part of the root's data, <paramref name="counts"/> long; others pass nothing.</summary>
    void ScatterV<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> counts, int root = 0, int tag = 0) where T : unmanaged;

    /// <summary>Gives the root the data of all ranks, equally long, in their order.</summary>
    void Gather<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged;

    /// <summary>Gives the root the data of all ranks, of any length, in their order.</summary>
    void GatherV<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged;

    /// <summary>Gives every rank the data of all, of any length, in their order.</summary>
    void AllGather<T>(ReadOnlySpan<T> data, int tag = 0) where T : unmanaged;

    /// <summary>Gives the root the element-wise sum, product, minimum or maximum of the data of all ranks.</summary>
    void Reduce<T>(ReadOnlySpan<T> data, ReduceOperation operation, int root = 0, int tag = 0) where T : unmanaged, INumber<T>;

    /// <summary>Gives every rank the element-wise sum, product, minimum or maximum of the data of all. The order is a binary tree over
    /// rank numbers, so the result does not depend on where ranks are.</summary>
    void AllReduce<T>(ReadOnlySpan<T> data, ReduceOperation operation, int tag = 0) where T : unmanaged, INumber<T>;

    /// <summary>Gives every rank the reduction of the data of ranks 0 up to itself.</summary>
    void Scan<T>(ReadOnlySpan<T> data, ReduceOperation operation, int tag = 0) where T : unmanaged, INumber<T>;

    /// <summary>Gives every rank an equal part of every rank's data.</summary>
    /// <exception cref="SimulationException">The data cannot be divided by the number of ranks.</exception>
    void AllToAll<T>(ReadOnlySpan<T> data, int tag = 0) where T : unmanaged;

    /// <summary>Gives every rank its part of every rank's data, <paramref name="counts"/> long.</summary>
    void AllToAllV<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> counts, int tag = 0) where T : unmanaged;

    /// <summary>The result of the collective that was started with this tag in the superstep before; parts of several ranks stand in
    /// the order of the ranks. The memory is valid during this superstep only.</summary>
    /// <exception cref="SimulationException">No collective was started, it was of another type, or this rank is not its root.</exception>
    ReadOnlySpan<T> Result<T>(int tag = 0) where T : unmanaged;

    /// <summary>One rank's part of the result of a gather, an allgather or an alltoall.</summary>
    /// <exception cref="SimulationException">As for <see cref="Result{T}"/>.</exception>
    ReadOnlySpan<T> ResultOf<T>(int rank, int tag = 0) where T : unmanaged;
}
