using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Hosting;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Cli;

/// <summary>An app in this process, on a folder that belongs to it while it runs.</summary>
internal sealed class LocalApp : IAsyncDisposable
{
    private readonly RootClaim _claim;

    private LocalApp(RootClaim claim, EmbeddedHost host) => (_claim, Host) = (claim, host);

    /// <summary>The host.</summary>
    public EmbeddedHost Host { get; }

    /// <summary>Connects to the app that 'serve' runs on the folder, or else starts one for the length of one verb, on a port that only
    /// this process knows.</summary>
    public static async Task<AppConnection> ConnectAsync(CliSettings settings, CancellationToken cancellationToken)
    {
        if (RootClaim.Served(settings.Root) is { Url: { } url } served)
        {
            var key = settings.Key ?? HostKeys.LoadOrCreate(Path.Combine(settings.Root, HostKeys.FileName)).Keys.Function;
            return new AppConnection(PipelineClient.Create(url, key), host: null) { EventHubs = EventHubsOf(served, settings.Root) };
        }
        var options = new EmbeddedHostOptions { Root = settings.Root, Url = new Uri("http://127.0.0.1:0") };
        // What goes wrong comes back as an answer; a log between the lines of a result would help nobody who did not ask for it.
        var app = await StartAsync(settings.Verbose ? options : options with { Logging = _ => { } }, cancellationToken);
        return new AppConnection(PipelineClient.Create(app.Host.BaseAddress, app.Host.FunctionKey), app) { EventHubs = app.Host.EventHubsConnectionString };
    }

    /// <summary>What clients of the event hubs of the app at an address connect with; null where it is not the one that serves the folder.</summary>
    public static string? EventHubsAt(Uri url, string root) => RootClaim.Served(root) is { } served && served.Url == url ? EventHubsOf(served, root) : null;

    /// <summary>Starts an app.</summary>
    /// <exception cref="CliException">It cannot start: its folder or its port is in use, or a setting is wrong.</exception>
    public static async Task<LocalApp> StartAsync(EmbeddedHostOptions options, CancellationToken cancellationToken)
    {
        var claim = RootClaim.Take(options.Root);
        try
        {
            return new LocalApp(claim, await EmbeddedHost.StartAsync(options, cancellationToken));
        }
        catch (EmbeddedHostException e)
        {
            claim.Dispose();
            throw new CliException(CliFault.CannotStart(e.Message), e);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Tells other processes where this app answers.</summary>
    public void Announce() => _claim.Announce(Host.BaseAddress, Host.EventHubs?.Port);

    private static string? EventHubsOf(RootClaim.Holder served, string root) =>
        served.EventHubsPort is { } port ? EventHubsKey.ConnectionString(port, EventHubsKey.LoadOrCreate(root)) : null;

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _claim.Dispose();
    }
}
