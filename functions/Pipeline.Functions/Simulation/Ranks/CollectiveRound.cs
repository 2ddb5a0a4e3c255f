namespace Pipeline.Simulation.Ranks;

/// <summary>One tag's collective of a superstep: what every rank gave, and the results that are made of it once for all ranks here.</summary>
internal sealed class CollectiveRound(int tag, int size)
{
    private readonly Lock _making = new();
    private readonly MessageBuffer _result = new();
    private readonly MessageBuffer?[] _scanned = new MessageBuffer?[size];
    private readonly MessageBuffer[] _scratch = [.. Enumerable.Range(0, size).Select(_ => new MessageBuffer())];

    public Contribution[] Of { get; } = [.. Enumerable.Range(0, size).Select(_ => new Contribution())];

    /// <summary>How to combine; known from the first rank here that reduces.</summary>
    public Reducer? Reducer { get; set; }

    /// <summary>Checks that all ranks started the same collective.</summary>
    /// <exception cref="SimulationException">They did not.</exception>
    public void Check(long superstep)
    {
        var started = Array.Find(Of, c => c.Data.Superstep == superstep);
        if (started is null)
            return;
        for (var rank = 0; rank < size; rank++)
        {
            var other = Of[rank];
            if (other.Data.Superstep != superstep)
                throw new SimulationException($"In superstep {superstep} rank {Array.IndexOf(Of, started)} started {started.Kind} with tag {tag} and rank {rank} did not. Every rank must start a collective in the same superstep.");
            if (other.Kind != started.Kind || other.Root != started.Root || other.Operation != started.Operation)
                throw new SimulationException($"In superstep {superstep} ranks differ in the collective with tag {tag}: {Describe(started)} at rank {Array.IndexOf(Of, started)}, {Describe(other)} at rank {rank}.");
            var alike = started.Kind is Collective.Reduce or Collective.AllReduce or Collective.Scan or Collective.Gather;
            if (alike && (other.Data.Length != started.Data.Length || other.Data.Type != started.Data.Type))
                throw new SimulationException($"In superstep {superstep} ranks give {started.Kind} with tag {tag} data of different length or type: rank {rank} differs from rank 0.");
        }
    }

    /// <summary>The data of all ranks, in their order.</summary>
    public MessageBuffer Gathered(long superstep)
    {
        lock (_making)
        {
            if (_result.Superstep == superstep)
                return _result;
            var into = _result.Reserve(superstep, Of.Sum(c => c.Data.Length), Of[0].Data.Type);
            foreach (var contribution in Of)
            {
                contribution.Data.Bytes.CopyTo(into);
                into = into[contribution.Data.Length..];
            }
            return _result;
        }
    }

    /// <summary>The reduction over a binary tree: neighbours first, then pairs of pairs.</summary>
    public MessageBuffer Reduced(long superstep)
    {
        lock (_making)
        {
            if (_result.Superstep == superstep)
                return _result;
            for (var rank = 0; rank < size; rank++)
                Copy(Of[rank].Data, _scratch[rank], superstep);
            for (var stride = 1; stride < size; stride *= 2)
            {
                for (var rank = 0; rank + stride < size; rank += 2 * stride)
                    Reducer!.Combine(_scratch[rank].Elements<byte>(), _scratch[rank + stride].Bytes, Of[rank].Operation);
            }
            Copy(_scratch[0], _result, superstep);
            return _result;
        }
    }

    /// <summary>The reduction over ranks 0 to <paramref name="rank"/>, one after the other.</summary>
    public MessageBuffer Scanned(long superstep, int rank)
    {
        lock (_making)
        {
            if (_scanned[rank] is { } made && made.Superstep == superstep)
                return made;
            for (var r = 0; r <= rank; r++)
            {
                var sum = _scanned[r] ??= new MessageBuffer();
                if (sum.Superstep == superstep)
                    continue;
                Copy(r == 0 ? Of[0].Data : _scanned[r - 1]!, sum, superstep);
                if (r > 0)
                    Reducer!.Combine(sum.Elements<byte>(), Of[r].Data.Bytes, Of[r].Operation);
            }
            return _scanned[rank]!;
        }
    }

    private static void Copy(MessageBuffer from, MessageBuffer to, long superstep) => from.Bytes.CopyTo(to.Reserve(superstep, from.Length, from.Type));

    private static string Describe(Contribution c) => c.Kind switch
    {
        Collective.Reduce => $"{c.Kind} ({c.Operation}) to rank {c.Root}",
        Collective.AllReduce or Collective.Scan => $"{c.Kind} ({c.Operation})",
        Collective.Broadcast or Collective.Scatter or Collective.Gather or Collective.GatherV => $"{c.Kind} with root {c.Root}",
        _ => c.Kind.ToString(),
    };
}
