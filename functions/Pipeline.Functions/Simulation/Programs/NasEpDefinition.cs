using Pipeline.Jobs;

namespace Pipeline.Simulation.Programs;

/// <summary>The NAS kernel EP.</summary>
internal sealed class NasEpDefinition : ProgramDefinition
{
    public override string Name => "nas-ep";

    public override string Summary => "the NAS kernel EP, classes S, W and A, verified against the official sums";

    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        run.RefuseSteps("This program ends when its pairs are drawn. Leave 'steps' out.");
        var name = parameters.Choice("class", [.. NasEpClass.All.Select(c => c.Name)], "S", "The size of the problem.");
        var problem = NasEpClass.All.First(c => c.Name == name);
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new NasEpProgram(problem), BlockSums.Supersteps(problem.Blocks, run.Ranks),
            [$"class {name}: 2^{problem.LogPairs} pairs"])
        {
            TimeUnit = "supersteps",
        });
    }
}
