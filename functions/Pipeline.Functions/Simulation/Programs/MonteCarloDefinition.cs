using Pipeline.Jobs;

namespace Pipeline.Simulation.Programs;

/// <summary>Monte Carlo with random streams that are the same for any number of ranks.</summary>
internal sealed class MonteCarloDefinition : ProgramDefinition
{
    public override string Name => "monte-carlo";

    public override string Summary => "the price of a call option from random paths, compared with Black and Scholes's";

    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        run.RefuseSteps("This program ends when its samples are drawn. Leave 'steps' out.");
        var problem = new OptionProblem(
            parameters.Integer("samples", 2, 1L << 40, 10_000_000, "Random paths."),
            (ulong)parameters.Integer("seed", 0, long.MaxValue, 2001, "What they are drawn from."),
            parameters.Number("spot", 1e-6, 1e9, 100, "The price today."),
            parameters.Number("strike", 1e-6, 1e9, 105, "The price that the option buys at."),
            parameters.Number("rate", -1, 1, 0.03, "The interest rate a year."),
            parameters.Number("volatility", 1e-6, 10, 0.2, "The volatility a year."),
            parameters.Number("years", 1e-6, 100, 1, "Years to the option's end."));
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new MonteCarloProgram(problem), problem.LastSuperstep(run.Ranks),
            [$"{problem.Samples:N0} samples, seed {problem.Seed}"])
        {
            TimeUnit = "supersteps",
        });
    }
}
