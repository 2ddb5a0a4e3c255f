using System.Diagnostics;
using System.Globalization;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Simulation;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Programs;
using Pipeline.Simulation.Ranks;
using Pipeline.Simulation.Running;

namespace Pipeline.Benchmarks.Simulation;

/// <summary>What the simulation benchmark measures in processes of their own.</summary>
internal static class SimulationMeasurements
{
    public const string ShallowWater = "simulation-shallow-water";
    public const string ConjugateGradient = "simulation-conjugate-gradient";
    public const string IdleRanks = "simulation-idle-ranks";
    public const string NasKernels = "simulation-nas";
    public const string Seconds = "seconds";
    public const string Processor = "processor";
    public const string Result = "result";

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [ShallowWater] = (arguments, _) => Task.FromResult(MeasureShallowWater(Whole(arguments, 0), Whole(arguments, 1), Whole(arguments, 2), Whole(arguments, 3))),
        [ConjugateGradient] = (arguments, _) => Task.FromResult(MeasureConjugateGradient(Whole(arguments, 0), Whole(arguments, 1), Whole(arguments, 2))),
        [IdleRanks] = (arguments, cancellationToken) => MeasureIdleRanksAsync(Whole(arguments, 0), Whole(arguments, 1), cancellationToken),
        [NasKernels] = (arguments, _) => Task.FromResult(MeasureNas(Whole(arguments, 0))),
    };

    /// <summary>The time step of a grid, which both sides take.</summary>
    public static double TimeStep(int rows, int columns) => 0.9 * ShallowWaterDefinition.LargestTimeStep(new Sphere(rows, columns), new WilliamsonCase(5, 0));

    private static IReadOnlyDictionary<string, double> MeasureShallowWater(int ranks, int rows, int columns, int steps)
    {
        var (sphere, flow, step) = (new Sphere(rows, columns), new WilliamsonCase(5, 0), TimeStep(rows, columns));
        WarmUp(() => new ShallowWaterProgram(new Sphere(64, 128), flow, 1, 1), ranks);
        var group = RankGroup.Whole(() => new ShallowWaterProgram(sphere, flow, step, 1), ranks);
        var (seconds, processor) = Measure(group, steps / 10 + 1, steps);
        return new Dictionary<string, double> { [Seconds] = seconds, [Processor] = processor, [Result] = group.Show(fields: true).Assemble<double>("u")!.Value.Data.Sum(u => u * u) };
    }

    private static IReadOnlyDictionary<string, double> MeasureConjugateGradient(int ranks, int side, int iterations)
    {
        var matrix = Laplace(side);
        var right = Enumerable.Repeat(1.0, matrix.Size).ToArray();
        WarmUp(() => new ConjugateGradientProgram(matrix, right, 0, true), ranks);
        var group = RankGroup.Whole(() => new ConjugateGradientProgram(matrix, right, 0, true), ranks);
        var (seconds, processor) = Measure(group, 2 * (iterations / 10 + 1), 2 * iterations);
        var figures = Diagnostics.Combine([.. group.Show(fields: false).Figures.Values]).ToDictionary();
        return new Dictionary<string, double> { [Seconds] = seconds, [Processor] = processor, [Result] = figures["residual"] };
    }

    // The engine alone, and whole jobs: on one host, and on two that exchange through blobs of a directory.
    private static async Task<IReadOnlyDictionary<string, double>> MeasureIdleRanksAsync(int supersteps, int blobSupersteps, CancellationToken cancellationToken)
    {
        var group = RankGroup.Whole(() => new IdleProgram(), 8);
        var engine = 1000 * Time(group, supersteps / 10 + 1, supersteps) / supersteps;
        await using var app = await JobsApp.StartAsync(cancellationToken);
        var memory = await JobAsync(app, 1, supersteps, cancellationToken);
        var blobs = await JobAsync(app, 2, blobSupersteps, cancellationToken);
        return new Dictionary<string, double> { ["engine"] = engine, ["memory"] = memory, ["blobs"] = blobs };
    }

    private static async Task<double> JobAsync(JobsApp app, int hosts, int supersteps, CancellationToken cancellationToken)
    {
        // Eight ranks with four cells each: next to nothing to compute.
        var spec = string.Create(CultureInfo.InvariantCulture, $$"""{ "kind": "simulation", "name": "idle", "program": "advection-diffusion", "parameters": { "cells": 8 }, "ranks": 8, "hosts": {{hosts}}, "steps": {{supersteps}}, "outputs": { "every": {{supersteps}} } }""");
        await app.RunAsync(spec, cancellationToken);
        var (id, _) = await app.RunAsync(spec, cancellationToken);
        var statistics = (await app.OutputAsync(id, cancellationToken)).Statistics;
        return statistics["computeMs"] / (double)statistics["superstepsComputed"];
    }

    private static IReadOnlyDictionary<string, double> MeasureNas(int classes)
    {
        var figures = new Dictionary<string, double>();
        foreach (var problem in NasEpClass.All.Take(classes))
            figures[$"ep-{problem.Name}"] = Verified(new ProgramPlan(() => new NasEpProgram(problem), BlockSums.Supersteps(problem.Blocks, 2), []), $"EP class {problem.Name}");
        foreach (var problem in NasCgClass.All.Take(classes))
        {
            var matrix = problem.Matrix();
            figures[$"cg-{problem.Name}"] = Verified(new ProgramPlan(() => new NasCgProgram(problem, matrix), (long)problem.Iterations * NasCgProgram.SuperstepsPerIteration, []), $"CG class {problem.Name}");
        }
        return figures;
    }

    private static double Verified(ProgramPlan plan, string name)
    {
        var group = RankGroup.Whole(plan.Create, 2);
        var seconds = Time(group, 0, (int)plan.Supersteps);
        group.Finish();
        return Diagnostics.Combine([.. group.Show(fields: false).Figures.Values]).ToDictionary()["verified"] == 1 ? seconds : throw new BenchmarkException($"{name} is not verified.");
    }

    // Until the compiler has seen what runs often.
    private static void WarmUp(Func<SimulationProgram> create, int ranks)
    {
        var group = RankGroup.Whole(create, ranks);
        group.Begin();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5;)
            group.Step();
    }

    private static double Time(RankGroup group, int warmUp, int supersteps) => Measure(group, warmUp, supersteps).Seconds;

    private static (double Seconds, double Processor) Measure(RankGroup group, int warmUp, int supersteps)
    {
        group.Begin();
        for (var i = 0; i < warmUp; i++)
            group.Step();
        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < supersteps; i++)
            group.Step();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
    }

    private static SparseMatrix Laplace(int side)
    {
        var elements = new List<(int, int, double)>(5 * side * side);
        for (var row = 0; row < side * side; row++)
        {
            var (y, x) = (row / side, row % side);
            elements.Add((row, row, 4));
            if (y > 0)
                elements.Add((row, row - side, -1));
            if (x > 0)
                elements.Add((row, row - 1, -1));
            if (x < side - 1)
                elements.Add((row, row + 1, -1));
            if (y < side - 1)
                elements.Add((row, row + side, -1));
        }
        return SparseMatrix.Of(side * side, elements);
    }

    private static int Whole(IReadOnlyList<string> arguments, int index) => int.Parse(arguments[index], CultureInfo.InvariantCulture);

    /// <summary>Says hello to the next rank, and does nothing else.</summary>
    private sealed class IdleProgram : SimulationProgram
    {
        public override void Initialise(ICommunicator communicator)
        {
        }

        public override void Send(ICommunicator communicator) => communicator.Send<double>((communicator.Rank + 1) % communicator.Size, [communicator.Superstep]);

        public override void Superstep(ICommunicator communicator)
        {
            if (communicator.Receive<double>((communicator.Rank + communicator.Size - 1) % communicator.Size)[0] != communicator.Superstep - 1)
                throw new BenchmarkException("A message is not of the superstep before.");
        }

        public override void State(IArchive archive)
        {
        }
    }
}
