using Microsoft.Extensions.DependencyInjection;
using Pipeline.Jobs;
using Pipeline.Simulation.Programs;
using Pipeline.Simulation.Running;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>Registers the simulation room.</summary>
public static class SimulationServices
{
    /// <summary>Adds the services of this room and its programs. A program of one's own is added as a <see cref="ProgramDefinition"/>.</summary>
    public static IServiceCollection AddSimulation(this IServiceCollection services) => services
        .AddSingleton<IJobKind, SimulationJobKind>()
        .AddSingleton<ProgramDefinition, HeatDefinition>()
        .AddSingleton<ProgramDefinition, AdvectionDiffusionDefinition>()
        .AddSingleton<ProgramDefinition, ShallowWaterDefinition>()
        .AddSingleton<ProgramDefinition, MonteCarloDefinition>()
        .AddSingleton<ProgramDefinition, ConjugateGradientDefinition>()
        .AddSingleton<ProgramDefinition, NasEpDefinition>()
        .AddSingleton<ProgramDefinition, NasCgDefinition>()
        .AddSingleton<INamedFileFormat, MatrixMarketFile>()
        .AddSingleton<WarmStates<RankGroup>>()
        .AddSingleton<CheckpointStore>()
        .AddSingleton<LegRunner>()
        .AddSingleton<Publisher>()
        .AddSingleton<FigureReader>()
        .AddSingleton(provider => new SimulationEngine(
            new Lazy<JobService>(provider.GetRequiredService<JobService>),
            provider.GetServices<ProgramDefinition>(),
            provider.GetRequiredService<IObjectStore>(),
            provider.GetRequiredService<CheckpointStore>(),
            provider.GetRequiredService<LegRunner>(),
            provider.GetRequiredService<Publisher>(),
            provider.GetRequiredService<FigureReader>()));
}
