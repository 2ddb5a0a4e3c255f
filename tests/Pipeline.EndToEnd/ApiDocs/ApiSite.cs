using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>One app for the tests of what it tells about its API.</summary>
public sealed class ApiSite : IAsyncLifetime
{
    /// <summary>The app.</summary>
    public RunningApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await RunningApp.StartAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}
