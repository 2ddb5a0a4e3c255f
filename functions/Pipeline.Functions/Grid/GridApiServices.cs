using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.Grid.Limits;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Uploads;
using Pipeline.Grid.Volunteers;

namespace Pipeline.Grid;

/// <summary>Registers what the HTTP API of volunteers needs.</summary>
internal static class GridApiServices
{
    public static IServiceCollection AddGridApi(this IServiceCollection services) => services
        .AddSingleton(provider => new GridLimits(GridLimitSettings.Read(provider.GetRequiredService<IConfiguration>()), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ProjectKeyStore>()
        .AddSingleton<VolunteerRegistry>()
        .AddSingleton<ResultUploads>()
        .AddSingleton<GridGate>()
        .AddSingleton<IVolunteerTokens, VolunteerTokens>();
}
