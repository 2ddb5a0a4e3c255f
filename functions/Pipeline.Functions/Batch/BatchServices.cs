using Microsoft.Extensions.DependencyInjection;
using Pipeline.Jobs;
using Pipeline.Sql;

namespace Pipeline.Batch;

/// <summary>Registers the batch room.</summary>
public static class BatchServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddBatch(this IServiceCollection services) => services
        .AddSingleton<IJobKind, BatchJobKind>()
        .AddSingleton<BatchPlanner>()
        .AddSingleton<BatchInputs>()
        .AddSingleton<BatchPublisher>()
        .AddSingleton<QueryPlanner>()
        .AddSingleton<BatchPlanStore>()
        .AddSingleton<BatchTaskRunner>();
}
