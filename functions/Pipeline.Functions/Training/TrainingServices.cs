using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Training;

/// <summary>Registers the training room.</summary>
public static class TrainingServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddTraining(this IServiceCollection services)
    {
        services.TryAddSingleton<QueryPlanner>();
        return services
            .AddSingleton<IJobKind, TrainingJobKind>()
            .AddSingleton<TrainingPlanner>()
            .AddSingleton<SampleSourceBuilder>()
            .AddSingleton<SamplePreparer>()
            .AddSingleton<SampleStore>()
            .AddSingleton<TrainingWorkspace>()
            .AddSingleton<TrainingState>()
            .AddSingleton<WarmWorkers>()
            .AddSingleton<Postbox>()
            .AddSingleton<RoundExchange>()
            .AddSingleton<RoundRunner>()
            .AddSingleton<EpochRunner>()
            .AddSingleton<ResultPictures>()
            .AddSingleton<ModelStore>()
            .AddSingleton<TrainingHistory>()
            .AddSingleton<ModelPublisher>()
            .AddSingleton<ModelRuntime>()
            .AddSingleton<PredictionService>()
            .AddSingleton<IRowScorers, RowScorers>()
            .AddSingleton<IJobKind, ScoringJobKind>()
            .AddSingleton<ScoringPlanner>()
            .AddSingleton<ScoringRunner>();
    }
}
