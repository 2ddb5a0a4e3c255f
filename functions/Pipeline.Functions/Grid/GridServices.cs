using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Grid.Scheduling;

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
        .AddGridApi();
}
