using Pipeline.Simulation.Output;
using Pipeline.Simulation.Programs;

namespace Pipeline.Tests.Simulation;

/// <summary>The shallow-water equations on the sphere: Williamson's test cases 2 and 5.</summary>
public class ShallowWaterTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(9, 1)]
    [InlineData(16, 1)]
    [InlineData(4, 2)]
    [InlineData(2, 4)]
    public async Task Run_AnyRanksAndInnerSteps_GivesTheSameBits(int ranks, int innerSteps)
    {
        var single = await Simulations.PlanAsync(new ShallowWaterDefinition(), """{ "case": 5, "rows": 37, "columns": 45 }""", 1, steps: 40);
        var shared = await Simulations.PlanAsync(new ShallowWaterDefinition(), """{ "case": 5, "rows": 37, "columns": 45 }""", ranks, steps: 40, innerSteps);

        var (expected, actual) = (Simulations.Run(single, 1), Simulations.Run(shared, ranks));

        foreach (var field in new[] { "height", "u", "v" })
            Assert.Equal(expected.Field(field), actual.Field(field));
    }

    [Fact]
    public async Task Restore_OtherRanks_GoOnWithTheSameBits()
    {
        var plan = await Simulations.PlanAsync(new ShallowWaterDefinition(), """{ "case": 2, "tiltDegrees": 30, "rows": 32, "columns": 64 }""", 4, steps: 40);
        var half = SnapshotFormat.Write(Simulations.Run(plan, 4, supersteps: 20).Save());

        Assert.Equal(Simulations.Run(plan, 1).Field("height"), Simulations.Run(plan, 3, from: SnapshotFormat.Read(half)).Field("height"));
    }

    [Fact]
    public async Task Case2_AcrossThePolesOnFinerGrids_ConvergesInSecondOrder()
    {
        var errors = new List<double>();
        foreach (var rows in new[] { 10, 20, 40, 80 })
        {
            var plan = await Simulations.PlanAsync(new ShallowWaterDefinition(), $$"""{ "case": 2, "tiltDegrees": 45, "rows": {{rows}}, "columns": {{2 * rows}}, "days": 0.25 }""", 2);
            var figures = Simulations.Run(plan, 2).Figures();
            errors.Add(Math.Sqrt(figures["squaredError"] / figures["squaredHeight"]));
        }

        var orders = errors.Zip(errors.Skip(1), (coarse, fine) => Math.Log2(coarse / fine)).ToList();
        Assert.True(orders.All(order => order is > 1.7 and < 2.3), $"errors {string.Join(", ", errors)}; orders {string.Join(", ", orders)}");
    }

    [Fact]
    public async Task Case5_OneDay_KeepsMassToRoundingAndEnergyClosely()
    {
        var plan = await Simulations.PlanAsync(new ShallowWaterDefinition(), """{ "case": 5, "rows": 32, "columns": 64, "days": 1 }""", 2);
        var (start, end) = (Simulations.Run(plan, 2, supersteps: 0).Figures(), Simulations.Run(plan, 2).Figures());

        Assert.InRange(Math.Abs(end["mass"] / start["mass"] - 1), 0, 1e-12);
        Assert.InRange(Math.Abs(end["energy"] / start["energy"] - 1), 0, 1e-5);
        Assert.InRange(end["fastest"], 20, 60);
    }

    [Fact]
    public async Task Plan_UnstableTimeStep_IsRefusedWithTheLargestStableOne()
    {
        var (_, faults) = await Simulations.CheckAsync(new ShallowWaterDefinition(), """{ "case": 5, "rows": 64, "columns": 128, "timeStep": 600 }""", steps: 1);

        var fault = Assert.Single(faults);
        Assert.Equal("/parameters/timeStep", fault.Pointer);
        Assert.Matches(@"The largest stable one is 2\d\.\d+ s\.", fault.Detail);
    }

    [Fact]
    public void Step_JustUnstable_Grows_JustStable_DoesNot()
    {
        // What the spec refuses would indeed have blown up, and not by a wide margin.
        var sphere = new Sphere(32, 64);
        var flow = new WilliamsonCase(5, 0);
        var largest = ShallowWaterDefinition.LargestTimeStep(sphere, flow);
        var stable = Simulations.Run(new(() => new ShallowWaterProgram(sphere, flow, largest, 1), 600, []), 1);
        var unstable = Simulations.Run(new(() => new ShallowWaterProgram(sphere, flow, 1.5 * largest, 1), 600, []), 1);

        Assert.InRange(stable.Figures()["fastest"], 20, 60);
        Assert.True(!(unstable.Figures()["fastest"] < 1000) || unstable.FindNonFinite() is not null);
    }

    [Fact]
    public async Task Plan_CaseThatIsNotHere_NamesThoseThatAre()
    {
        var (_, faults) = await Simulations.CheckAsync(new ShallowWaterDefinition(), """{ "case": 4, "dayz": 3 }""", steps: 1);

        Assert.Contains("cases are 2", faults[0].Detail, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'days'?", faults[1].Detail, StringComparison.Ordinal);
    }
}
