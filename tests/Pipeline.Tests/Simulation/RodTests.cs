using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.Simulation;

/// <summary>The worked example of the README.</summary>
public class RodTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Run_AnyRanks_GivesTheSameBitsAndLosesHeatAtTheEnds(int ranks)
    {
        var plan = await Simulations.PlanAsync(new RodDefinition(), """{ "cells": 50 }""", ranks, steps: 200);

        var group = Simulations.Run(plan, ranks);

        Assert.Equal(Simulations.Run(plan, 1).Field("heat"), group.Field("heat"));
        Assert.InRange(group.Figures()["total"], 30, 45);
    }

    [Fact]
    public void Readme_ShowsThisVeryProgram()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pipeline.Tests", "Simulation", "Rod.cs"));
        var program = source[source.IndexOf("public sealed class Rod", StringComparison.Ordinal)..];

        Assert.Contains(program, File.ReadAllText(Path.Combine(Repository.Root, "README.md")), StringComparison.Ordinal);
        Assert.InRange(program.Count(c => c == '\n'), 1, 59);
    }
}
