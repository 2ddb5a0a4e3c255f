using Microsoft.Extensions.DependencyInjection;
using Pipeline.Grid.Applications.Alignment;
using Pipeline.Grid.Applications.Signal;

namespace Pipeline.Grid.Applications;

/// <summary>Registers the applications that server and volunteers have built in.</summary>
public static class GridApplications
{
    /// <summary>Adds the applications. One of one's own is added as an <see cref="IGridApplication"/>, on the server and in the client.</summary>
    public static IServiceCollection AddGridApplications(this IServiceCollection services) => services
        .AddSingleton<IGridApplication, AlignmentApplication>()
        .AddSingleton<IGridApplication, SignalApplication>();
}
