using System.Numerics;

namespace Pipeline.Simulation.Ranks;

/// <summary>A rank's communicator over the mailboxes of its host.</summary>
internal sealed class Communicator(Mailboxes mailboxes, int rank) : ICommunicator
{
    // Parts of scatters and all-to-alls travel as messages of their own tags, which no program can name.
    private const int PartTags = -1;

    public int Rank => rank;

    public int Size => mailboxes.Size;

    public long Superstep { get; set; }

    /// <summary>The ranks that this one talks to; null for any.</summary>
    public IReadOnlySet<int>? Partners { get; set; }

    public void Send<T>(int destination, ReadOnlySpan<T> data, int tag = 0) where T : unmanaged
    {
        CheckRank(destination);
        CheckTag(tag);
        if (Partners is not null && destination != rank && !Partners.Contains(destination))
            throw new SimulationException($"Rank {rank} sends to rank {destination}, which is none of its partners: {string.Join(", ", Partners.Order())}. Name it there, or name none.");
        mailboxes.Message(Superstep, rank, destination, tag).Write(Superstep, data);
    }

    public ReadOnlySpan<T> Receive<T>(int source, int tag = 0) where T : unmanaged
    {
        CheckRank(source);
        CheckTag(tag);
        return Typed<T>(mailboxes.Find(Superstep - 1, source, rank, tag)
            ?? throw new SimulationException($"Rank {rank} wants a message of rank {source} with tag {tag} in superstep {Superstep}, but none was sent in the superstep before."), $"message of rank {source} with tag {tag}");
    }

    public bool HasMessage(int source, int tag = 0)
    {
        CheckRank(source);
        CheckTag(tag);
        return mailboxes.Find(Superstep - 1, source, rank, tag) is not null;
    }

    public void Barrier(int tag = 0) => Start<byte>(Collective.Barrier, [], tag);

    public void Broadcast<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged =>
        Start(Collective.Broadcast, rank == root ? data : [], tag, root);

    public void Scatter<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged
    {
        Start<T>(Collective.Scatter, [], tag, root);
        if (rank == root)
            SendEqualParts(data, tag, "Scatter");
    }

    public void ScatterV<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> counts, int root = 0, int tag = 0) where T : unmanaged
    {
        Start<T>(Collective.Scatter, [], tag, root);
        if (rank == root)
            SendParts(data, counts, tag);
    }

    public void Gather<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged => Start(Collective.Gather, data, tag, root);

    public void GatherV<T>(ReadOnlySpan<T> data, int root = 0, int tag = 0) where T : unmanaged => Start(Collective.GatherV, data, tag, root);

    public void AllGather<T>(ReadOnlySpan<T> data, int tag = 0) where T : unmanaged => Start(Collective.AllGather, data, tag);

    public void Reduce<T>(ReadOnlySpan<T> data, ReduceOperation operation, int root = 0, int tag = 0) where T : unmanaged, INumber<T> =>
        Start(Collective.Reduce, data, tag, root, operation).Reducer ??= Reducer.Of<T>.Instance;

    public void AllReduce<T>(ReadOnlySpan<T> data, ReduceOperation operation, int tag = 0) where T : unmanaged, INumber<T> =>
        Start(Collective.AllReduce, data, tag, 0, operation).Reducer ??= Reducer.Of<T>.Instance;

    public void Scan<T>(ReadOnlySpan<T> data, ReduceOperation operation, int tag = 0) where T : unmanaged, INumber<T> =>
        Start(Collective.Scan, data, tag, 0, operation).Reducer ??= Reducer.Of<T>.Instance;

    public void AllToAll<T>(ReadOnlySpan<T> data, int tag = 0) where T : unmanaged
    {
        Start<T>(Collective.AllToAll, [], tag);
        SendEqualParts(data, tag, "AllToAll");
    }

    public void AllToAllV<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> counts, int tag = 0) where T : unmanaged
    {
        Start<T>(Collective.AllToAll, [], tag);
        SendParts(data, counts, tag);
    }

    public ReadOnlySpan<T> Result<T>(int tag = 0) where T : unmanaged
    {
        var (round, own) = Started(tag);
        var at = Superstep - 1;
        switch (own.Kind)
        {
            case Collective.Barrier:
                return [];
            case Collective.Broadcast:
                return Typed<T>(round.Of[own.Root].Data, $"broadcast with tag {tag}");
            case Collective.Scatter:
                return Part<T>(own.Root, tag);
            case Collective.AllToAll:
                return Parts<T>(tag);
            case Collective.Reduce:
                CheckRoot(own, tag);
                return Typed<T>(round.Reduced(at), $"reduction with tag {tag}");
            case Collective.AllReduce:
                return Typed<T>(round.Reduced(at), $"reduction with tag {tag}");
            case Collective.Scan:
                return Typed<T>(round.Scanned(at, rank), $"scan with tag {tag}");
            case Collective.AllGather:
                return Typed<T>(round.Gathered(at), $"allgather with tag {tag}");
            default:
                CheckRoot(own, tag);
                return Typed<T>(round.Gathered(at), $"gather with tag {tag}");
        }
    }

    public ReadOnlySpan<T> ResultOf<T>(int from, int tag = 0) where T : unmanaged
    {
        CheckRank(from);
        var (round, own) = Started(tag);
        switch (own.Kind)
        {
            case Collective.AllToAll:
                return Part<T>(from, tag);
            case Collective.Gather or Collective.GatherV:
                CheckRoot(own, tag);
                return Typed<T>(round.Of[from].Data, $"gather with tag {tag}");
            case Collective.AllGather:
                return Typed<T>(round.Of[from].Data, $"allgather with tag {tag}");
            default:
                throw new SimulationException($"A {own.Kind} has no parts of single ranks; read its Result.");
        }
    }

    private CollectiveRound Start<T>(Collective kind, ReadOnlySpan<T> data, int tag, int root = 0, ReduceOperation operation = ReduceOperation.Sum) where T : unmanaged
    {
        CheckRank(root);
        CheckTag(tag);
        if (Partners is not null)
            throw new SimulationException($"Rank {rank} starts {kind}, in which all ranks take part, but names its partners. Name none.");
        var round = mailboxes.Round(Superstep, tag);
        var own = round.Of[rank];
        if (own.Data.Superstep == Superstep)
            throw new SimulationException($"Rank {rank} starts {kind} with tag {tag} in superstep {Superstep}, where it has started {own.Kind} with that tag. Give each its own tag.");
        own.Set(kind, operation, root);
        own.Data.Write(Superstep, data);
        return round;
    }

    private (CollectiveRound Round, Contribution Own) Started(int tag)
    {
        CheckTag(tag);
        var round = mailboxes.Round(Superstep - 1, tag);
        var own = round.Of[rank];
        return own.Data.Superstep == Superstep - 1
            ? (round, own)
            : throw new SimulationException($"Rank {rank} wants the result of a collective with tag {tag} in superstep {Superstep}, but started none in the superstep before.");
    }

    private void SendEqualParts<T>(ReadOnlySpan<T> data, int tag, string name) where T : unmanaged
    {
        if (data.Length % Size != 0)
            throw new SimulationException($"{name} cannot divide {data.Length} elements by {Size} ranks; {name}V takes a count for each.");
        Span<int> counts = stackalloc int[Size];
        counts.Fill(data.Length / Size);
        SendParts(data, counts, tag);
    }

    private void SendParts<T>(ReadOnlySpan<T> data, ReadOnlySpan<int> counts, int tag) where T : unmanaged
    {
        if (counts.Length != Size)
            throw new SimulationException($"There are {counts.Length} counts for {Size} ranks.");
        for (var to = 0; to < Size; to++)
        {
            if (counts[to] < 0 || counts[to] > data.Length)
                throw new SimulationException($"The counts do not add up to the data: rank {to} is to get {counts[to]} of {data.Length} elements that are left.");
            mailboxes.Message(Superstep, rank, to, PartTags - tag).Write(Superstep, data[..counts[to]]);
            data = data[counts[to]..];
        }
        if (data.Length > 0)
            throw new SimulationException($"The counts do not add up to the data: {data.Length} elements are left.");
    }

    private ReadOnlySpan<T> Part<T>(int from, int tag) where T : unmanaged =>
        Typed<T>(mailboxes.Find(Superstep - 1, from, rank, PartTags - tag) ?? throw new SimulationException($"The part of rank {from} with tag {tag} is missing."), $"part of rank {from} with tag {tag}");

    private ReadOnlySpan<T> Parts<T>(int tag) where T : unmanaged
    {
        var length = 0;
        for (var from = 0; from < Size; from++)
            length += Part<T>(from, tag).Length;
        var all = new T[length];
        var into = all.AsSpan();
        for (var from = 0; from < Size; from++)
        {
            var part = Part<T>(from, tag);
            part.CopyTo(into);
            into = into[part.Length..];
        }
        return all;
    }

    private ReadOnlySpan<T> Typed<T>(MessageBuffer buffer, string what) where T : unmanaged => buffer.Type == MessageBuffer.ElementType<T>.Code
        ? buffer.Read<T>()
        : throw new SimulationException($"Rank {rank} reads the {what} as {typeof(T).Name}, but it was sent as another type.");

    private void CheckRoot(Contribution own, int tag)
    {
        if (own.Root != rank)
            throw new SimulationException($"The result of {own.Kind} with tag {tag} is at rank {own.Root} only; rank {rank} wants it.");
    }

    private void CheckRank(int other)
    {
        if ((uint)other >= (uint)Size)
            throw new SimulationException($"There is no rank {other}; ranks are 0 to {Size - 1}.");
    }

    private static void CheckTag(int tag)
    {
        if ((uint)tag > ICommunicator.MaxTag)
            throw new SimulationException($"The tag {tag} is outside 0 to {ICommunicator.MaxTag}.");
    }
}
