using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Access;
using Pipeline.ApiDocs;
using Pipeline.Batch;
using Pipeline.Governance;
using Pipeline.Grid;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Training;

namespace Pipeline;

/// <summary>What both flavours of the app share: its services and its middleware.</summary>
public static class PipelineApp
{
    /// <summary>Registers every room.</summary>
    /// <param name="builder">The worker's builder, official or embedded.</param>
    /// <param name="configuration">Application settings.</param>
    public static void Configure(IFunctionsWorkerApplicationBuilder builder, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
        builder.UseAccess(configuration);
        AddServices(builder.Services, configuration);
    }

    /// <summary>Registers what the functions work with, and nothing of a host.</summary>
    internal static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddPipelineStorage(configuration);
        services.AddJobs();
        services.AddBatch();
        services.AddStreams(configuration);
        services.AddSimulation();
        services.AddTraining();
        services.AddGrid(configuration);
        services.AddGovernance(configuration);
        services.AddApiDocs();
    }
}
