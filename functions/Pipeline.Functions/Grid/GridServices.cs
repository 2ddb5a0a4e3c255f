using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Grid;

/// <summary>Registers the grid room.</summary>
public static class GridServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddGrid(this IServiceCollection services) => services
        .AddGridApi();
}
