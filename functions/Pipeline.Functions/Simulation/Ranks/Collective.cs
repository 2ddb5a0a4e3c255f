namespace Pipeline.Simulation.Ranks;

/// <summary>The collectives.</summary>
internal enum Collective : byte
{
    Barrier,
    Broadcast,
    Scatter,
    Gather,
    GatherV,
    AllGather,
    Reduce,
    AllReduce,
    Scan,
    AllToAll,
}
