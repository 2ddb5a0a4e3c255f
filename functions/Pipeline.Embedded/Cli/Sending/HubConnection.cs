using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Sending;

/// <summary>Finds the event hubs that <c>send</c> sends to: those of <c>--connection</c>, else those that the environment names as it does for
/// the app itself, else those of the app on the folder.</summary>
internal sealed class HubConnection : IAsyncDisposable
{
    private static readonly string[] s_variables =
        [EventHubServices.ConnectionName, $"{EventHubServices.ConnectionName}__fullyQualifiedNamespace", $"{EventHubServices.ConnectionName}__clientId"];

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
        if ((connection is null ? OfEnvironment(context.Environment) : Settings((EventHubServices.ConnectionName, connection))) is { } named)
            return new HubConnection(null, named);
        var app = await context.ConnectAsync();
        if (app.EventHubs is { } own)
            return new HubConnection(app, Settings((EventHubServices.ConnectionName, own)));
        await app.DisposeAsync();
        throw HasNoHubs(context);
    }

    /// <summary>Connects to the hubs of an app that the verb has connected to already, and that stays the verb's. Where this command does not
    /// know them, they are those that the environment names.</summary>
    public static HubConnection Of(CliContext context, AppConnection app) =>
        new(null, (app.EventHubs is { } own ? Settings((EventHubServices.ConnectionName, own)) : OfEnvironment(context.Environment)) ?? throw HasNoHubs(context));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static CliException HasNoHubs(CliContext context) => new(CliFault.Usage(
        $"The app {(context.Settings.Url is { } url ? $"at {url}" : $"on {context.Settings.Root}")} has no event hubs that this command knows how to reach.",
        $"Give their connection string in {EventHubServices.ConnectionName}, or send to them with 'send HUB … --connection STRING'."));

    private static IConfiguration? OfEnvironment(CliEnvironment environment)
    {
        var given = s_variables.Select(name => (Name: name, Value: environment.Variable(name))).Where(one => !string.IsNullOrEmpty(one.Value)).ToArray();
        return given.Any(one => !one.Name.EndsWith("__clientId", StringComparison.Ordinal)) ? Settings(given) : null;
    }

    private static IConfiguration Settings(params (string Name, string? Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(one => one.Name, one => one.Value)).Build();
}
