using Pipeline.Jobs;

namespace Pipeline.Simulation.Programs;

/// <summary>The NAS kernel CG.</summary>
internal sealed class NasCgDefinition : ProgramDefinition
{
    public override string Name => "nas-cg";

    public override string Summary => "the NAS kernel CG, classes S, W and A, verified against the official eigenvalue";

    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        run.RefuseSteps("This program takes the iterations of its class. Leave 'steps' out.");
        var name = parameters.Choice("class", [.. NasCgClass.All.Select(c => c.Name)], "S", "The size of the problem.");
        var problem = NasCgClass.All.First(c => c.Name == name);
        var matrix = new Lazy<SparseMatrix>(problem.Matrix);
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new NasCgProgram(problem, matrix.Value), (long)problem.Iterations * NasCgProgram.SuperstepsPerIteration,
            [$"class {name}: {problem.Rows:N0} rows, {problem.Iterations} iterations"])
        {
            TimeUnit = "iterations",
            Columns = new FieldAxis("index", 0, 1),
        });
    }
}
