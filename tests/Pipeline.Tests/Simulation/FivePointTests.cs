using Pipeline.Simulation;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Programs;

namespace Pipeline.Tests.Simulation;

/// <summary>Heat and advection–diffusion: right by their exact solutions, and the same bits however the grid is shared out.</summary>
public class FivePointTests
{
    [Theory]
    [InlineData("heat", 2)]
    [InlineData("heat", 4)]
    [InlineData("heat", 9)]
    [InlineData("heat", 16)]
    [InlineData("advection-diffusion", 2)]
    [InlineData("advection-diffusion", 4)]
    [InlineData("advection-diffusion", 9)]
    [InlineData("advection-diffusion", 16)]
    public async Task Run_AnyRanks_GivesTheSameBits(string program, int ranks)
    {
        // 37 cells divide by none of the numbers of ranks.
        var plan = await Simulations.PlanAsync(Definition(program), """{ "cells": 37 }""", ranks, steps: 60);

        Assert.Equal(Simulations.Run(plan, 1).Field("u"), Simulations.Run(plan, ranks).Field("u"));
    }

    [Theory]
    [InlineData("heat")]
    [InlineData("advection-diffusion")]
    public async Task Run_InnerSteps_GiveTheSameBitsWithFewerExchanges(string program)
    {
        var single = await Simulations.PlanAsync(Definition(program), """{ "cells": 30 }""", 4, steps: 60);
        var deep = await Simulations.PlanAsync(Definition(program), """{ "cells": 30 }""", 4, steps: 60, innerSteps: 5);

        Assert.Equal(12, deep.Supersteps);
        Assert.Equal(Simulations.Run(single, 1).Field("u"), Simulations.Run(deep, 4).Field("u"));
    }

    [Fact]
    public async Task Restore_OtherRanks_GoOnWithTheSameBits()
    {
        var plan = await Simulations.PlanAsync(new HeatDefinition(), """{ "cells": 31 }""", 6, steps: 50);
        var half = SnapshotFormat.Write(Simulations.Run(plan, 4, supersteps: 25).Save());

        Assert.Equal(Simulations.Run(plan, 1).Field("u"), Simulations.Run(plan, 6, from: SnapshotFormat.Read(half)).Field("u"));
    }

    [Fact]
    public async Task AdvectionDiffusion_FinerGrids_ConvergeInSecondOrder()
    {
        var errors = new List<double>();
        foreach (var cells in new[] { 16, 32, 64, 128 })
        {
            // A quarter of a time step for each half of a cell, to the same moment.
            var steps = 20 * cells * cells / 256;
            var plan = await Simulations.PlanAsync(new AdvectionDiffusionDefinition(),
                $$"""{ "cells": {{cells}}, "timeStep": {{0.2 / steps:r}}, "diffusivity": 0.05 }""", 4, steps);
            errors.Add(Math.Sqrt(Simulations.Run(plan, 4).Figures()["squaredError"]));
        }

        for (var i = 1; i < errors.Count; i++)
            Assert.InRange(Math.Log2(errors[i - 1] / errors[i]), 1.9, 2.1);
    }

    [Fact]
    public async Task Heat_RunToTheEnd_IsCloseToTheExactSolution()
    {
        var plan = await Simulations.PlanAsync(new HeatDefinition(), """{ "cells": 63 }""", 2, steps: 400);
        var group = Simulations.Run(plan, 2);

        Assert.Equal(400 * 0.9 / (4 * 64.0 * 64.0), group.Time, 12);
        Assert.InRange(group.Figures()["maxError"], 1e-9, 2e-3);
    }

    [Theory]
    [InlineData("heat", """{ "cells": 49, "timeStep": 0.001 }""", "The largest stable one is 0.0001 s.")]
    [InlineData("advection-diffusion", """{ "cells": 10, "diffusivity": 0.001, "timeStep": 0.01 }""", "The largest stable one is 0.0016 s.")]
    public async Task Plan_UnstableTimeStep_IsRefusedWithTheLargestStableOne(string program, string parameters, string words)
    {
        var (_, faults) = await Simulations.CheckAsync(Definition(program), parameters, steps: 1);

        var fault = Assert.Single(faults);
        Assert.Equal("/parameters/timeStep", fault.Pointer);
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_PartsSmallerThanTheHalo_SaysHowManyRanksFit()
    {
        var (_, faults) = await Simulations.CheckAsync(new HeatDefinition(), """{ "cells": 12 }""", ranks: 16, steps: 8, innerSteps: 4);

        var fault = Assert.Single(faults);
        Assert.Equal("/ranks", fault.Pointer);
        Assert.Contains("Take 9 ranks or fewer", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_ValuesThatOverflow_AreFoundWithTheirCell()
    {
        var plan = await Simulations.PlanAsync(new HeatDefinition(), """{ "cells": 8, "amplitude": 1e300 }""", 1, steps: 1);
        var group = Simulations.Run(plan, 4, supersteps: 0);
        Assert.Null(group.FindNonFinite());

        group.Restore(Poisoned(group.Save(), row: 5, column: 6));

        Assert.Equal("u[5, 6] is NaN on rank 3", group.FindNonFinite());
    }

    private static Snapshot Poisoned(Snapshot snapshot, int row, int column)
    {
        foreach (var part in snapshot.Parts)
        {
            var (y, x) = (row - part.Window.Top, column - part.Window.Left);
            if (y >= 0 && x >= 0 && y < part.Window.Height && x < part.Window.Width)
                BitConverter.TryWriteBytes(part.Data.AsSpan((y * part.Window.Width + x) * sizeof(double)), double.NaN);
        }
        return snapshot;
    }

    private static ProgramDefinition Definition(string name) => name == "heat" ? new HeatDefinition() : new AdvectionDiffusionDefinition();
}
