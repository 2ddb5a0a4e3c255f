using System.Text;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Running;
using Pipeline.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>Runs programs in memory, without a task hub.</summary>
internal static class Simulations
{
    /// <summary>Plans a program that must be valid.</summary>
    public static async Task<ProgramPlan> PlanAsync(ProgramDefinition program, string parameters = "{}", int ranks = 1, long? steps = null, int innerSteps = 1, IObjectStore? store = null)
    {
        var (plan, faults) = await CheckAsync(program, parameters, ranks, steps, innerSteps, store);
        Assert.Empty(faults);
        return plan!;
    }

    /// <summary>Plans a program and gives the faults of its spec.</summary>
    public static async Task<(ProgramPlan? Plan, IReadOnlyList<SpecFault> Faults)> CheckAsync(
        ProgramDefinition program, string parameters = "{}", int ranks = 1, long? steps = null, int innerSteps = 1, IObjectStore? store = null)
    {
        var faults = new List<SpecFault>();
        var root = SpecReader.Open(JobSpec.ParseJson(Encoding.UTF8.GetBytes($$"""{ "parameters": {{parameters}} }""")), faults);
        var reader = root.SectionOrEmpty("parameters");
        var plan = await program.PlanAsync(reader, new RunShape(ranks, steps, innerSteps, root), new ProgramInputs(store ?? Moq.Mock.Of<IObjectStore>()), CancellationToken.None);
        reader.End();
        return (plan, faults);
    }

    /// <summary>Runs all ranks from the start, or from a checkpoint, and finishes.</summary>
    public static RankGroup Run(ProgramPlan plan, int ranks, long? supersteps = null, Snapshot? from = null)
    {
        var group = RankGroup.Whole(plan.Create, ranks);
        if (from is not null)
            group.Restore(from);
        group.Begin();
        while (group.Superstep < (supersteps ?? plan.Supersteps) && !group.IsDone)
            group.Step();
        if (supersteps is null)
            group.Finish();
        return group;
    }

    /// <summary>A field as it stands, whole.</summary>
    public static double[] Field(this RankGroup group, string name) => group.Show(fields: true).Assemble<double>(name)!.Value.Data;

    /// <summary>The figures of all ranks as one.</summary>
    public static IReadOnlyDictionary<string, double> Figures(this RankGroup group) =>
        Diagnostics.Combine([.. group.Show(fields: false).Figures.Values]).ToDictionary();
}
