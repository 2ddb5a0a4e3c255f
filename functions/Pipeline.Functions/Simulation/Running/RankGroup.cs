using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Running;

/// <summary>The ranks of one host: runs their supersteps on the host's processors, and keeps their messages in memory.</summary>
internal sealed class RankGroup
{
    private readonly SimulationProgram[] _programs;
    private readonly Communicator[] _communicators;
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    /// <summary>Makes the ranks and initialises them.</summary>
    /// <param name="create">Makes a rank's program.</param>
    /// <param name="size">Ranks of the whole simulation.</param>
    /// <param name="first">The first rank here.</param>
    /// <param name="count">How many are here.</param>
    public RankGroup(Func<SimulationProgram> create, int size, int first, int count)
    {
        (First, Mailboxes) = (first, new Mailboxes(size));
        _programs = [.. Enumerable.Range(0, count).Select(_ => create())];
        _communicators = [.. Enumerable.Range(first, count).Select(rank => new Communicator(Mailboxes, rank))];
        Each(i =>
        {
            _programs[i].Initialise(_communicators[i]);
            _communicators[i].Partners = _programs[i].Partners(_communicators[i])?.ToHashSet();
        });
        if (_communicators.All(c => c.Partners is not null))
            Partners = _communicators.SelectMany(c => c.Partners!).ToHashSet();
    }

    /// <summary>The whole simulation on this host.</summary>
    public static RankGroup Whole(Func<SimulationProgram> create, int size) => new(create, size, 0, size);

    public int First { get; }

    public int Count => _programs.Length;

    public Mailboxes Mailboxes { get; }

    /// <summary>The ranks that those here talk to; null for any.</summary>
    public IReadOnlySet<int>? Partners { get; }

    /// <summary>Bytes of the ranks' state.</summary>
    public long StateBytes
    {
        get
        {
            var size = new StateSize();
            foreach (var program in _programs)
                program.State(size);
            return size.Bytes;
        }
    }

    /// <summary>The superstep that was computed last.</summary>
    public long Superstep { get; private set; }

    public double Time => _programs[0].Time;

    public IReadOnlyList<SimulationProgram> Programs => _programs;

    /// <summary>Whether the ranks say that the program has come to its end.</summary>
    /// <exception cref="SimulationException">Some do and some do not.</exception>
    public bool IsDone
    {
        get
        {
            var done = _programs.Count(p => p.IsDone);
            return done == 0 || done == Count ? done > 0
                : throw new SimulationException($"After superstep {Superstep} {done} of the ranks {First} to {First + Count - 1} say that they are done and the others do not. Ranks must decide together: by the result of a collective.");
        }
    }

    /// <summary>Goes on from a checkpoint instead of from the start.</summary>
    public void Restore(Snapshot checkpoint)
    {
        Superstep = checkpoint.Superstep;
        Each(i => _programs[i].State(new Snapshot.Reader(checkpoint)));
    }

    /// <summary>Sends what the first superstep is to find; for ranks that were just made or restored.</summary>
    public void Begin() => Each(Send);

    /// <summary>Computes the next superstep. What other hosts sent must be in the mailboxes.</summary>
    public void Step()
    {
        Mailboxes.Check(Superstep);
        Superstep++;
        Each(i =>
        {
            _communicators[i].Superstep = Superstep;
            _programs[i].Superstep(_communicators[i]);
            Send(i);
        });
    }

    /// <summary>The last act of every rank.</summary>
    public void Finish()
    {
        Mailboxes.Check(Superstep);
        Each(i =>
        {
            _communicators[i].Superstep = Superstep + 1;
            _programs[i].Finish(_communicators[i]);
        });
    }

    /// <summary>The state of the ranks, to go on from.</summary>
    public Snapshot Save() => Take((program, archive) => program.State(archive));

    /// <summary>The fields and figures that the ranks show.</summary>
    /// <param name="fields">Whether fields are wanted, or figures only.</param>
    public Snapshot Show(bool fields)
    {
        var snapshot = Take((program, archive) =>
        {
            if (fields)
                program.Output(archive);
        });
        for (var i = 0; i < Count; i++)
        {
            var figures = new Diagnostics();
            _programs[i].Diagnose(figures);
            snapshot.Figures[First + i] = figures;
        }
        return snapshot;
    }

    /// <summary>Says where the state is no longer a finite number; null where all is well.</summary>
    public string? FindNonFinite()
    {
        for (var i = 0; i < Count; i++)
        {
            var search = new NonFinite();
            _programs[i].State(search);
            if (search.Found is { } found)
                return $"{found.Array}[{found.Row}, {found.Column}] is {(double.IsNaN(found.Value) ? "NaN" : "infinite")} on rank {First + i}";
        }
        return null;
    }

    private Snapshot Take(Action<SimulationProgram, IArchive> visit)
    {
        var snapshot = new Snapshot { Superstep = Superstep, Time = Time };
        var writer = new Snapshot.Writer(snapshot);
        foreach (var program in _programs)
            visit(program, writer);
        return snapshot;
    }

    private void Send(int i)
    {
        _communicators[i].Superstep = Superstep;
        _programs[i].Send(_communicators[i]);
    }

    private void Each(Action<int> work)
    {
        if (Count == 1)
        {
            work(0);
            return;
        }
        try
        {
            Parallel.For(0, Count, _parallel, work);
        }
        catch (AggregateException e)
        {
            // The first rank's word, so that it is the same whichever was faster.
            throw e.InnerExceptions.OfType<SimulationException>().OrderBy(x => x.Message, StringComparer.Ordinal).FirstOrDefault() ?? e.InnerExceptions[0];
        }
    }
}
