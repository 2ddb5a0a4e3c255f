using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Assimilation;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Splitting;
using Pipeline.Grid.Validation;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>Registers the grid room.</summary>
public static class GridServices
{
    /// <summary>Adds the services of this room.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The app's settings; see <see cref="GridSettings"/>.</param>
    public static IServiceCollection AddGrid(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(_ => GridSettings.Read(configuration))
        .AddSingleton<GridWakeups>()
        .AddSingleton<GridShards>()
        .AddSingleton<IGridScheduler, GridScheduler>()
        .AddSingleton<IJobKind, GridJobKind>()
        .AddSingleton<Splitter>()
        .AddSingleton<UnitPages>()
        .AddSingleton<ResultFiles>()
        .AddSingleton<UnitValidator>()
        .AddSingleton<Assimilator>()
        .AddSingleton<GridSweeper>()
        .AddSingleton<IJobRemains>(provider => provider.GetRequiredService<GridSweeper>())
        .AddSingleton(provider => new GridEngine(
            new Lazy<JobService>(provider.GetRequiredService<JobService>),
            provider.GetServices<IGridApplication>(),
            provider.GetRequiredService<GridShards>(),
            provider.GetRequiredService<GridSettings>(),
            provider.GetRequiredService<GridWakeups>(),
            provider.GetRequiredService<Splitter>(),
            provider.GetRequiredService<UnitPages>(),
            provider.GetRequiredService<UnitValidator>(),
            provider.GetRequiredService<Assimilator>(),
            provider.GetRequiredService<GridSweeper>()))
        .AddGridApplications()
        .AddGridApi();
}
