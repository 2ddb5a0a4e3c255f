using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Finds the event hubs that <c>send</c> sends to: those of <c>--connection</c>, else those that the environment names as it does for
/// the app itself, else those of the app on the folder.</summary>
internal sealed class HubConnection : IAsyncDisposable
{
    private readonly AppConnection? _app;
    private readonly ServiceProvider _services;

    private HubConnection(AppConnection? app, IConfiguration configuration)
    {
        _app = app;
        var services = new ServiceCollection().AddLogging();
        services.AddEventHubSender(configuration);
        _services = services.BuildServiceProvider();
        Sender = _services.GetRequiredService<IEventHubSender>();
    }

    /// <summary>Sends.</summary>
    public IEventHubSender Sender { get; }

    /// <summary>Whether the hubs are those of an app that lives and dies with this process.</summary>
    public bool InProcess => _app is { InProcess: true };

    /// <summary>Connects.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="connection">What <c>--connection</c> says.</param>
    public static async Task<HubConnection> OpenAsync(CliContext context, string? connection)
    {
        connection ??= Variable(EventHubServices.ConnectionName);
        if (connection is not null)
            return new HubConnection(null, Settings(EventHubServices.ConnectionName, connection));
        const string Identity = $"{EventHubServices.ConnectionName}__fullyQualifiedNamespace";
        if (Variable(Identity) is { } host)
            return new HubConnection(null, Settings(Identity, host));
        if (context.Settings.Url is { } url && RootClaim.Served(context.Settings.Root)?.Url != url)
        {
            throw new CliException(CliFault.Usage(
                $"The app at {url} takes events from its event hubs, and only it knows how to reach them.",
                $"Give their connection string with --connection, or in {EventHubServices.ConnectionName}."));
        }
        var app = await LocalApp.ConnectAsync(context.Settings, context.Interrupted);
        if (app.EventHubs is { } own)
            return new HubConnection(app, Settings(EventHubServices.ConnectionName, own));
        await app.DisposeAsync();
        throw HasNoHubs(context);

        string? Variable(string name) => context.Environment.Variable(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>Connects to the hubs of an app that the verb has connected to already, and that stays the verb's.</summary>
    public static HubConnection Of(CliContext context, AppConnection app) =>
        app.EventHubs is { } own ? new HubConnection(null, Settings(EventHubServices.ConnectionName, own)) : throw HasNoHubs(context);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static CliException HasNoHubs(CliContext context) => new(CliFault.Usage(
        $"The app {(context.Settings.Url is { } url ? $"at {url}" : $"on {context.Settings.Root}")} has no event hubs that this command knows how to reach.",
        $"Send to them with 'send HUB … --connection STRING', or with the string in {EventHubServices.ConnectionName}."));

    private static IConfiguration Settings(string name, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build();
}
