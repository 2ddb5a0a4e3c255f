using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Programs;
using Pipeline.Simulation.Ranks;
using Pipeline.Simulation.Running;
using Pipeline.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>Simulations whose hosts are killed and whose blobs are lost or damaged: the final field has the bits of an undisturbed run.</summary>
public sealed class SimulationFaultTests
{
    private const int Steps = 120;

    private const string Spec = """
        { "kind": "simulation", "name": "n", "program": "heat", "parameters": { "cells": 33 }, "ranks": 6, "hosts": 3, "steps": 120,
          "checkpoints": { "steps": 30 }, "outputs": { "every": 20, "fields": true }, "peerTimeoutSeconds": 60 }
        """;

    // Where what is lost is noticed by waiting for it in vain.
    private static readonly string s_impatient = Spec.Replace("\"peerTimeoutSeconds\": 60", "\"peerTimeoutSeconds\": 1", StringComparison.Ordinal);

    private readonly SimulationHub _hub = new();

    [Fact]
    public async Task Run_ThreeHosts_GiveTheBitsOfOneAndLeaveTheResultAlone()
    {
        var output = await _hub.RunAsync(Spec);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        Assert.Equal(7, output.Rows);
        Assert.Equal(1, output.Statistics["attempts"]);
        Assert.Equal(Steps, output.Statistics["superstepsComputed"]);
        var left = await _hub.NamesAsync(JobFiles.Container);
        Assert.DoesNotContain(left, path => path.Contains("/messages/", StringComparison.Ordinal) || path.Contains("/outputs/", StringComparison.Ordinal));
        Assert.Equal(3, left.Count(path => path.Contains("/checkpoints/", StringComparison.Ordinal)));
        Assert.Equal(7, (await _hub.NamesAsync(JobFiles.Results)).Count(path => path.Contains("/fields/", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(47)]
    [InlineData(60)]
    [InlineData(119)]
    public async Task MessageLost_AllGoBackToTheCheckpoint_SameBits(int superstep)
    {
        Once(Message(superstep, "1-2"), _ => null);

        var output = await _hub.RunAsync(s_impatient);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        Assert.Equal(2, output.Statistics["attempts"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(33)]
    [InlineData(90)]
    public async Task MessageDamaged_IsNoticed_SameBits(int superstep)
    {
        Once(Message(superstep, "0-1"), bytes =>
        {
            bytes[bytes.Length / 2] ^= 4;
            return bytes;
        });

        var output = await _hub.RunAsync(Spec);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        Assert.Equal(2, output.Statistics["attempts"]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(77)]
    public async Task HostKilledWithinASuperstep_ComputesAgainAlone_SameBits(int superstep)
    {
        Once(Message(superstep, "2-0"), _ => throw new IOException("killed"));

        var output = await _hub.RunAsync(Spec);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        // The others only waited: it found the messages of the supersteps that it computed again.
        Assert.Equal(1, output.Statistics["attempts"]);
    }

    [Fact]
    public async Task EveryHostKilledBetweenLegs_GoesOnFromTheCheckpoint_SameBits()
    {
        _hub.OnLeg = leg => _hub.Kill(leg.Host);

        var output = await _hub.RunAsync(Spec);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        Assert.True(output.Statistics["superstepsComputed"] > Steps);
    }

    [Fact]
    public async Task CheckpointHalfWritten_TheOneBeforeServes_SameBits()
    {
        Once("/checkpoints/000000000060/0001-of-0003", bytes => bytes[..(bytes.Length / 2)]);
        _hub.OnLeg = leg =>
        {
            if (leg is { From: 60, Attempt: 0 })
                _hub.Kill(leg.Host);
        };

        var output = await _hub.RunAsync(Spec);

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
        Assert.Contains(_hub.Legs, leg => leg is { From: 30, Attempt: 1 });
        Assert.Equal(2, output.Statistics["attempts"]);
    }

    [Fact]
    public async Task Run_HostsWithoutCommonBorders_ExchangeNothing()
    {
        var ways = new ConcurrentDictionary<string, bool>();
        _hub.Store.OnWrite = (path, bytes) =>
        {
            if (path.Contains("/messages/", StringComparison.Ordinal))
                ways.TryAdd(path[(path.LastIndexOf('/') + 1)..], true);
            return bytes;
        };

        // Five ranks lie in a row.
        await _hub.RunAsync(Spec.Replace("\"ranks\": 6, \"hosts\": 3", "\"ranks\": 5, \"hosts\": 5", StringComparison.Ordinal));

        Assert.Equal(["0-1", "1-0", "1-2", "2-1", "2-3", "3-2", "3-4", "4-3"], ways.Keys.Order());
        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u"));
    }

    [Fact]
    public async Task MessageLost_WhatTheAttemptHadSent_GoesWithTheNextCheckpoint()
    {
        var left = new List<IEnumerable<string>>();
        Once(Message(33, "1-2"), _ => null);
        _hub.OnLeg = leg =>
        {
            // What was published of the checkpoint before has been waited for.
            if (leg is { From: 90, Host: 0 })
                left.Add(Names(JobFiles.Container).Where(path => path.Contains("/messages/", StringComparison.Ordinal)).Select(path => path.Split('/')[3]).Distinct());
        };

        var output = await _hub.RunAsync(s_impatient);

        Assert.Equal(2, output.Statistics["attempts"]);
        Assert.Equal(["0001"], Assert.Single(left));

        IReadOnlyList<string> Names(string container) => _hub.NamesAsync(container).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task InputChanged_UnderTheJob_IsRefusedByItsName()
    {
        Put("2 2 2\n1 1 2\n2 2 4\n");
        _hub.OnLeg = leg =>
        {
            _hub.Kill(leg.Host);
            Put("2 2 2\n1 1 5\n2 2 4\n");
        };

        var e = await Assert.ThrowsAsync<JobFailedException>(() => _hub.RunAsync(
            """{ "kind": "simulation", "name": "n", "program": "conjugate-gradient", "parameters": { "matrix": "matrices/a.mtx" }, "ranks": 2, "checkpoints": { "steps": 1 } }"""));

        Assert.Contains("'matrices/a.mtx' has changed since the job began.", e.Error.Message, StringComparison.Ordinal);

        void Put(string matrix) => _hub.Store.WriteAsync(
            "datasets", "matrices/a.mtx", new MemoryStream(Encoding.ASCII.GetBytes("%%MatrixMarket matrix coordinate real symmetric\n" + matrix)), WriteCondition.None, CancellationToken.None).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task HostKilled_FiguresThatItHadNotSaidYet_AreThoseOfAnUndisturbedRun()
    {
        // A matrix whose solution takes some iterations; a checkpoint lies between the halves of one.
        var spec = $$"""
            { "kind": "simulation", "name": "n", "program": "conjugate-gradient", "parameters": { "matrixText": {{JsonSerializer.Serialize(ConjugateGradientTests.Laplacian(12))}} }, "ranks": 2,
              "checkpoints": { "steps": 3 }, "outputs": { "every": 1 } }
            """;
        await _hub.RunAsync(spec, "undisturbed");
        _hub.OnLeg = leg => _hub.Kill(leg.Host);

        await _hub.RunAsync(spec);

        Assert.Equal(await FiguresAsync("undisturbed"), await FiguresAsync("job"));

        async Task<List<string>> FiguresAsync(string job) =>
            [.. (await new FigureReader(_hub.Store).ReadAsync(job, -1, CancellationToken.None)).Points.Select(p => $"{p.Superstep}: {string.Join(' ', p.Values)}")];
    }

    [Fact]
    public async Task MessagesLostForEver_FailsAndSaysWhatWasMissing()
    {
        _hub.Store.OnWrite = (path, bytes) => path.EndsWith("/000000000012/1-0", StringComparison.Ordinal) ? null : bytes;

        var e = await Assert.ThrowsAsync<JobFailedException>(() => _hub.RunAsync(s_impatient));

        Assert.Contains("went back to a checkpoint 5 times", e.Message, StringComparison.Ordinal);
        Assert.Equal(e.Error, _hub.Shown!.Error);
    }

    [Fact]
    public async Task RankKilled_OnOneHost_ComputesAgainFromTheCheckpoint_SameBits()
    {
        var hub = new SimulationHub(new FragileDefinition());
        await hub.RunAsync("""{ "kind": "simulation", "name": "n", "program": "fragile", "ranks": 4, "steps": 100, "checkpoints": { "steps": 40 } }""");

        Assert.Equal([0, 1, 2, 3], (await hub.FieldAsync("sum")).Select(sum => sum - 100 * 101 / 2));
    }

    [Fact]
    public async Task NotFinite_Stops_WithStepAndCell()
    {
        var hub = new SimulationHub(new FragileDefinition());

        var e = await Assert.ThrowsAsync<JobFailedException>(() => hub.RunAsync(
            """{ "kind": "simulation", "name": "n", "program": "fragile", "parameters": { "nanAt": 57 }, "ranks": 4, "hosts": 2, "steps": 100, "checkpoints": { "steps": 40 }, "peerTimeoutSeconds": 2 }"""));

        Assert.Contains("After step 57 (superstep 57, time 57) sum[0, 3] is NaN on rank 3", e.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ManyLegs_CutsItsHistory()
    {
        var hub = new SimulationHub();
        await hub.RunAsync("""{ "kind": "simulation", "name": "n", "program": "heat", "parameters": { "cells": 8 }, "ranks": 2, "steps": 60, "checkpoints": { "steps": 1 } }""");

        Assert.Equal(1, hub.Continuations);
        Assert.Equal(60, hub.Legs.Count);
    }

    [Fact]
    public async Task From_AnotherJobsCheckpointWithOtherRanksAndHosts_SameBits()
    {
        await _hub.RunAsync(Spec.Replace("\"steps\": 120", "\"steps\": 60", StringComparison.Ordinal), "first");

        await _hub.RunAsync(Spec.Replace("\"ranks\": 6, \"hosts\": 3", "\"ranks\": 4, \"hosts\": 1, \"from\": \"first\"", StringComparison.Ordinal), "second");

        Assert.Equal(await UndisturbedAsync(), await _hub.FieldAsync("u", "second"));
        Assert.Equal(60, _hub.Legs.Where(leg => leg.JobId == "second").Min(leg => leg.From));
    }

    [Fact]
    public async Task From_AJobWithoutACheckpoint_IsRefused()
    {
        var e = await Assert.ThrowsAsync<JobFailedException>(() => _hub.RunAsync(Spec.Replace("\"ranks\"", "\"from\": \"nobody\", \"ranks\"", StringComparison.Ordinal)));

        Assert.Contains("Job 'nobody' has no checkpoint to go on from.", e.Message, StringComparison.Ordinal);
    }

    private static string Message(int superstep, string way) => $"/messages/0000/{superstep:D12}/{way}";

    private static async Task<double[]> UndisturbedAsync() =>
        Simulations.Run(await Simulations.PlanAsync(new HeatDefinition(), """{ "cells": 33 }""", steps: Steps), 1).Field("u");

    // Does something to the first write of a path.
    private void Once(string path, Func<byte[], byte[]?> change)
    {
        var done = false;
        _hub.Store.OnWrite = (written, bytes) =>
        {
            if (done || !written.EndsWith(path, StringComparison.Ordinal))
                return bytes;
            done = true;
            return change(bytes);
        };
    }

    /// <summary>Every rank adds up the supersteps; one dies on its first way through superstep 57, or goes wrong there.</summary>
    private sealed class FragileDefinition : ProgramDefinition
    {
        private int _deaths;

        public override string Name => "fragile";

        public override string Summary => "for these tests";

        public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
        {
            var nanAt = parameters.Integer("nanAt", 1, 1_000);
            return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new Fragile(nanAt, () => Interlocked.Increment(ref _deaths)), run.Supersteps(), []));
        }
    }

    private sealed class Fragile(long? nanAt, Func<int> die) : SimulationProgram
    {
        private double[] _sum = [];
        private int _rank;
        private int _size;
        private double _time;

        public override double Time => _time;

        public override void Initialise(ICommunicator communicator)
        {
            (_rank, _size) = (communicator.Rank, communicator.Size);
            _sum = [_rank];
        }

        public override void Superstep(ICommunicator communicator)
        {
            _time = communicator.Superstep;
            _sum[0] += communicator.Superstep == nanAt && _rank == 3 ? double.NaN : communicator.Superstep;
            if (nanAt is null && _rank == 2 && communicator.Superstep == 57 && die() == 1)
                throw new IOException("A rank is killed.");
        }

        public override void State(IArchive archive)
        {
            archive.Array("sum", Pipeline.Simulation.Grids.Window.Of(_size, _rank, 1), _sum.AsSpan());
            archive.Value("time", ref _time);
        }
    }
}
