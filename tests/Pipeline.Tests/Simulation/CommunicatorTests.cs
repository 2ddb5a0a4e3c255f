using Pipeline.Simulation;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;
using Pipeline.Simulation.Running;

namespace Pipeline.Tests.Simulation;

/// <summary>What a rank can say to others, and when it arrives.</summary>
public class CommunicatorTests
{
    [Fact]
    public void Send_ToTheNextRank_ArrivesInTheNextSuperstepAndNoLater()
    {
        var seen = new int[4];
        Run(4,
            c => c.Send<int>((c.Rank + 1) % c.Size, [c.Rank * 10], tag: 7),
            c =>
            {
                seen[c.Rank] = c.Receive<int>((c.Rank + 3) % 4, tag: 7)[0];
                Assert.False(c.HasMessage((c.Rank + 3) % 4));
            },
            c => Assert.False(c.HasMessage((c.Rank + 3) % 4, tag: 7)));

        Assert.Equal([30, 0, 10, 20], seen);
    }

    [Fact]
    public void Send_Structures_ArriveAsTheyWere() => Run(2,
        c => c.Send<(int, double)>(1 - c.Rank, [(c.Rank, 0.1), (5, -2)]),
        c => Assert.Equal([(1 - c.Rank, 0.1), (5, -2.0)], c.Receive<(int, double)>(1 - c.Rank).ToArray()));

    [Fact]
    public void Receive_WhatWasNotSent_SaysWhoWantsWhat()
    {
        var e = Assert.Throws<SimulationException>(() => Run(1, _ => { }, c => c.Receive<int>(0, tag: 3)));

        Assert.Equal("Rank 0 wants a message of rank 0 with tag 3 in superstep 1, but none was sent in the superstep before.", e.Message);
    }

    [Fact]
    public void Receive_AsAnotherType_IsRefused()
    {
        var e = Assert.Throws<SimulationException>(() => Run(1, c => c.Send<double>(0, [1]), c => c.Receive<long>(0)));

        Assert.Contains("as Int64, but it was sent as another type", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broadcast_FromARoot_ReachesAll() => Run(3,
        c => c.Broadcast<double>(c.Rank == 2 ? [1.5, 2.5] : [], root: 2),
        c => Assert.Equal([1.5, 2.5], c.Result<double>().ToArray()));

    [Fact]
    public void Scatter_InEqualAndOtherParts_GivesEveryRankItsOwn() => Run(3,
        c =>
        {
            c.Scatter<int>(c.Rank == 1 ? [1, 2, 3, 4, 5, 6] : [], root: 1, tag: 0);
            c.ScatterV<int>(c.Rank == 0 ? [1, 2, 3] : [], [0, 2, 1], root: 0, tag: 1);
        },
        c =>
        {
            Assert.Equal([2 * c.Rank + 1, 2 * c.Rank + 2], c.Result<int>(0).ToArray());
            Assert.Equal(c.Rank switch { 0 => [], 1 => [1, 2], _ => (int[])[3] }, c.Result<int>(1).ToArray());
        });

    [Fact]
    public void Gather_AndItsKin_StandInTheOrderOfTheRanks() => Run(3,
        c =>
        {
            c.Gather<int>([c.Rank], root: 1, tag: 0);
            c.GatherV<int>(new int[c.Rank], root: 2, tag: 1);
            c.AllGather<int>([c.Rank, -c.Rank], tag: 2);
        },
        c =>
        {
            if (c.Rank == 1)
                Assert.Equal([0, 1, 2], c.Result<int>(0).ToArray());
            else
                Assert.Contains("is at rank 1 only", Assert.Throws<SimulationException>(() => c.Result<int>(0)).Message, StringComparison.Ordinal);
            if (c.Rank == 2)
                Assert.Equal(2, c.ResultOf<int>(2, 1).Length);
            Assert.Equal([0, 0, 1, -1, 2, -2], c.Result<int>(2).ToArray());
            Assert.Equal([1, -1], c.ResultOf<int>(1, 2).ToArray());
        });

    [Fact]
    public void Reduce_EveryOperation_IsElementWise() => Run(5,
        c =>
        {
            c.AllReduce<double>([c.Rank, 1], ReduceOperation.Sum, 0);
            c.AllReduce<long>([c.Rank + 1], ReduceOperation.Product, 1);
            c.AllReduce<int>([c.Rank - 2], ReduceOperation.Min, 2);
            c.Reduce<int>([c.Rank - 2], ReduceOperation.Max, root: 4, tag: 3);
            c.Scan<int>([c.Rank], ReduceOperation.Sum, 4);
        },
        c =>
        {
            Assert.Equal([10.0, 5.0], c.Result<double>(0).ToArray());
            Assert.Equal(120, c.Result<long>(1)[0]);
            Assert.Equal(-2, c.Result<int>(2)[0]);
            if (c.Rank == 4)
                Assert.Equal(2, c.Result<int>(3)[0]);
            Assert.Equal(Enumerable.Range(0, c.Rank + 1).Sum(), c.Result<int>(4)[0]);
        });

    [Fact]
    public void AllReduce_FloatingPoint_AddsOverATreeOfRankNumbers()
    {
        double[] values = [1e16, 1, -1e16, 1, 3];
        var expected = ((values[0] + values[1]) + (values[2] + values[3])) + values[4];

        Run(5, c => c.AllReduce<double>([values[c.Rank]], ReduceOperation.Sum), c => Assert.Equal(expected, c.Result<double>()[0]));
    }

    [Fact]
    public void AllToAll_Parts_AreExchanged() => Run(3,
        c =>
        {
            c.AllToAll<int>([10 * c.Rank, 10 * c.Rank + 1, 10 * c.Rank + 2], 0);
            c.AllToAllV<int>(Enumerable.Repeat(c.Rank, 3).ToArray(), [0, 1, 2], 1);
        },
        c =>
        {
            Assert.Equal([c.Rank, 10 + c.Rank, 20 + c.Rank], c.Result<int>(0).ToArray());
            Assert.Equal(3 * c.Rank, c.Result<int>(1).Length);
            Assert.Equal(Enumerable.Repeat(2, c.Rank), c.ResultOf<int>(2, 1).ToArray());
        });

    [Fact]
    public void Barrier_NotReachedByAll_SaysByWhom()
    {
        var e = Assert.Throws<SimulationException>(() => Run(2, c =>
        {
            if (c.Rank == 0)
                c.Barrier();
        }, _ => { }));

        Assert.StartsWith("In superstep 0 rank 0 started Barrier with tag 0 and rank 1 did not.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Collective_RanksDiffer_SaysHow()
    {
        var e = Assert.Throws<SimulationException>(() => Run(2, c => c.Broadcast<int>([1], root: c.Rank), _ => { }));

        Assert.Contains("Broadcast with root 0 at rank 0, Broadcast with root 1 at rank 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_ToARankThatIsNoPartner_SaysSo()
    {
        var e = Assert.Throws<SimulationException>(() => Run(4, rank => [rank ^ 1], c => c.Send<int>((c.Rank + 2) % 4, [1])));

        Assert.Equal("Rank 0 sends to rank 2, which is none of its partners: 1. Name it there, or name none.", e.Message);
    }

    [Fact]
    public void Collective_OfRanksThatNameTheirPartners_IsRefused()
    {
        var e = Assert.Throws<SimulationException>(() => Run(2, rank => [1 - rank], c => c.Barrier()));

        Assert.Equal("Rank 0 starts Barrier, in which all ranks take part, but names its partners. Name none.", e.Message);
    }

    [Fact]
    public void Neighbours_OfARank_AreTheRanksThatItsFieldTalksTo()
    {
        var topology = new CartesianTopology(3, 4, PeriodicRows: false, PeriodicColumns: true);

        Assert.Equal([1, 3, 4, 5, 7], topology.Neighbours(0).Order());
        Assert.Equal([0, 1, 2, 4, 6, 8, 9, 10], topology.Neighbours(5).Order());
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 2, 2)]
    [InlineData(6, 3, 2)]
    [InlineData(7, 7, 1)]
    [InlineData(16, 4, 4)]
    public void Balanced_SquareGrid_IsAsSquareAsCanBe(int ranks, int rows, int columns)
    {
        var topology = CartesianTopology.Balanced(ranks, 100, 90, true, true);

        Assert.Equal((rows, columns), (topology.Rows, topology.Columns));
    }

    [Fact]
    public void Share_AnyRanks_CoversTheGridOnce()
    {
        var topology = new CartesianTopology(3, 2, true, true);
        var taken = new int[10, 7];
        for (var rank = 0; rank < topology.Size; rank++)
        {
            var part = topology.Share(rank, 10, 7);
            for (var i = 0; i < part.Count; i++)
                taken[part.Top + i / part.Width, part.Left + i % part.Width]++;
        }

        Assert.All(taken.Cast<int>(), n => Assert.Equal(1, n));
    }

    [Fact]
    public void Neighbour_BeyondAnEdge_IsThereWhereItIsPeriodic()
    {
        var topology = new CartesianTopology(2, 3, PeriodicRows: false, PeriodicColumns: true);

        Assert.Null(topology.Neighbour(0, -1, 0));
        Assert.Equal(2, topology.Neighbour(0, 0, -1));
        Assert.Equal(5, topology.Neighbour(0, 1, -1));
    }

    // One act a superstep: the first sends only, the last receives only.
    private static void Run(int ranks, params Action<ICommunicator>[] acts) => Run(ranks, null, acts);

    private static void Run(int ranks, Func<int, int[]>? partners, params Action<ICommunicator>[] acts)
    {
        var group = RankGroup.Whole(() => new Script(acts, partners), ranks);
        group.Begin();
        foreach (var _ in acts.Skip(1))
            group.Step();
    }

    private sealed class Script(Action<ICommunicator>[] acts, Func<int, int[]>? partners) : SimulationProgram
    {
        public override IEnumerable<int>? Partners(ICommunicator communicator) => partners?.Invoke(communicator.Rank);

        public override void Initialise(ICommunicator communicator)
        {
        }

        public override void Send(ICommunicator communicator)
        {
            if (communicator.Superstep == 0)
                acts[0](communicator);
        }

        public override void Superstep(ICommunicator communicator) => acts[communicator.Superstep](communicator);

        public override void State(IArchive archive)
        {
        }
    }
}
