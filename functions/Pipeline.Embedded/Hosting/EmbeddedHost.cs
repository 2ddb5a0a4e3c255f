using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Embedded.Durable;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.EventHubs.Output;
using Pipeline.Embedded.Http;
using Pipeline.Embedded.Http.Durable;
using Pipeline.Embedded.Triggers;
using Pipeline.Streams;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// Runs a Function App in this process: its HTTP functions on Kestrel, its orchestrations on a task hub of its own, and its
/// triggers.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    // What still runs when it has been cancelled gets this long to notice.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private readonly EmbeddedHostOptions _options;
    private readonly HostSettings _settings;
    private readonly FunctionCatalog _catalog;
    private readonly HostKeys _keys;
    private readonly bool _keysAreNew;
    private readonly WebApplication _app;
    private readonly ILoggerFactory _loggers;
    private readonly FunctionInvoker _invoker;
    private readonly TaskHub _hub;
    private readonly EventHubSenders _senders;
    private readonly CancellationTokenSource _abort = new();
    private readonly Lock _stopLock = new();
    private TriggerListeners? _triggers;
    private EventHubsEndpoint? _eventHubs;
    private bool _hubRuns;
    private Task? _stopping;

    private EmbeddedHost(EmbeddedHostOptions options)
    {
        _options = options;
        BaseAddress = options.Url;
        var builder = WebServer.CreateBuilder(options.Url, options.ShutdownTimeout);
        HostConfiguration.Fill(builder.Configuration, options);
        _settings = new HostSettings(builder.Configuration);
        HostLogging.Add(builder.Logging, options, _settings);
        builder.Services.AddSingleton(options.TimeProvider);
        builder.Services.AddSingleton<IConfiguration>(builder.Configuration);
        var worker = new FunctionsWorkerBuilder(builder.Services);
        options.Configure(worker, builder.Configuration);

        _senders = new EventHubSenders(builder.Configuration, options.TimeProvider, () => _loggers!);
        _catalog = FunctionCatalog.Load(Types(options), new TriggerBindings(_settings), new OutputBindings(_settings, _senders), () => _hub!.Client);
        (_keys, _keysAreNew) = HostKeys.LoadOrCreate(KeysPath);
        RoleKeys.Add(builder.Configuration, Role.Submitter, _keys.Submitter);
        RoleKeys.Add(builder.Configuration, Role.Reader, _keys.Reader);
        _app = builder.Build();
        Services.GetRequiredService<SecretScrubber>().Know(_keys.Master, _keys.Function, _keys.Submitter, _keys.Reader, _keys.Durable);
        _loggers = Services.GetRequiredService<ILoggerFactory>();
        _invoker = new FunctionInvoker(Services.GetRequiredService<IServiceScopeFactory>(), _loggers, worker.Middleware);
        _hub = new TaskHub(HubOptions(), new DurableFunctions(_catalog, _invoker), _loggers) { HttpManagement = id => Urls().Of(id) };
    }

    /// <summary>The address of the app, with the port that was taken.</summary>
    public Uri BaseAddress { get; private set; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The key that opens every function.</summary>
    public string MasterKey => _keys.Master;

    /// <summary>The key that opens functions of the level Function: header <c>x-functions-key</c> or query <c>code</c>.</summary>
    public string FunctionKey => _keys.Function;

    /// <summary>The key of those who start jobs: a function key with the role of a submitter.</summary>
    public string SubmitterKey => _keys.Submitter;

    /// <summary>The key of those who only look: a function key with the role of a reader.</summary>
    public string ReaderKey => _keys.Reader;

    /// <summary>The key of the Durable HTTP API.</summary>
    public string DurableKey => _keys.Durable;

    /// <summary>What Event Hubs clients connect with; null where no function uses one and the settings declare none
    /// below <c>Pipeline:EventHubs:Hubs</c>.</summary>
    public string? EventHubsConnectionString => _eventHubs?.ConnectionString;

    /// <summary>What is hosted, by trigger and name.</summary>
    public IReadOnlyList<FunctionInfo> Functions =>
        [.. _catalog.All.Select(function => new FunctionInfo(function.Name, function.Trigger.Kind, Detail(function), function.EntryPoint, function.Disabled))];

    /// <summary>The host's own event hubs; null where it has none.</summary>
    internal EventHubsEndpoint? EventHubs => _eventHubs;

    private string Root => Path.GetFullPath(_options.Root);

    private string KeysPath => Path.Combine(Root, HostKeys.FileName);

    /// <summary>Starts a host; when the task ends, it answers.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Abandons the start.</param>
    /// <exception cref="EmbeddedHostException">It cannot start; the message says why and what to do.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        var host = new EmbeddedHost(options ?? new EmbeddedHostOptions());
        try
        {
            await host.RunAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops: nothing new is taken, and what runs may end within <see cref="EmbeddedHostOptions.ShutdownTimeout"/>. Then its
    /// cancellation token is cancelled, and an activity that was cut short runs again after the next start.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting early.</param>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        lock (_stopLock) return _stopping ??= StopOnceAsync(cancellationToken);
    }

    /// <summary>Writes what is hosted, as a start shows it: each function with its trigger, and keys that were made now.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteFunctions(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var functions = Functions;
        var width = functions.Select(function => function.Name.Length).DefaultIfEmpty().Max();
        foreach (var kind in functions.GroupBy(function => function.Trigger))
        {
            writer.WriteLine($"{kind.Key}:");
            foreach (var function in kind)
            {
                var disabled = function.Disabled is null ? "" : $" (disabled: {function.Disabled})";
                writer.WriteLine($"  {function.Name.PadRight(width)}  {function.Detail}{disabled}".TrimEnd());
            }
            writer.WriteLine();
        }

        if (_eventHubs is { } eventHubs)
        {
            writer.WriteLine($"Event hubs at sb://localhost:{eventHubs.Port} (the key is kept in {Path.Combine(Root, EventHubsKey.FileName)}):");
            foreach (var hub in eventHubs.Hubs.Values) writer.WriteLine($"  {hub.Name}  {hub.Partitions.Count} partitions");
            writer.WriteLine();
        }

        if (!_keysAreNew) return;
        writer.WriteLine($"Function key (kept in {KeysPath} and not shown again, with lesser ones for submitters and readers): {FunctionKey}");
        writer.WriteLine();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _triggers?.Dispose();
        await _senders.DisposeAsync();
        if (_eventHubs is not null) await _eventHubs.DisposeAsync();
        await _app.DisposeAsync();
        _abort.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        _catalog.CheckServices(Services.GetRequiredService<IServiceProviderIsService>());
        var functions = new FunctionEndpoints(_invoker, _keys, _loggers);
        var instances = new DurableInstances(_hub, Urls, _options.TimeProvider);
        var durable = new DurableEndpoints(instances, new DurableEntities(_hub), _keys, _loggers.CreateLogger<DurableEndpoints>());
        _app.UseFunctionRoutes(routes =>
        {
            functions.Map(routes, _catalog.Enabled);
            durable.Map(routes);
        });
        _triggers = new TriggerListeners(_catalog, _invoker, Services, Root, _abort.Token);

        // From what others depend on to what depends on others: a request or a blob may start an orchestration at once.
        await Task.WhenAll(StartHubAsync(cancellationToken), Task.Run(() => StartEventHubsAsync(cancellationToken), cancellationToken));
        BaseAddress = await WebServer.StartAsync(_app, _options.Url, cancellationToken);
        await _triggers.StartAsync(_eventHubs, cancellationToken);
    }

    private async Task StartHubAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _hub.StartAsync(cancellationToken);
            _hubRuns = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException or InvalidDataException)
        {
            throw new EmbeddedHostException($"The task hub in {Root} cannot be opened: {e.Message}", e);
        }
    }

    private async Task StartEventHubsAsync(CancellationToken cancellationToken)
    {
        var configuration = Services.GetRequiredService<IConfiguration>();
        var usesOwn = !EventHubsSettings.HasConnection(configuration, EventHubServices.ConnectionName);
        if (EventHubsSettings.Read(configuration, usesOwn ? _catalog.EventHubs : []) is not { } declared) return;
        try
        {
            _eventHubs = await EventHubsEndpoint.StartAsync(
                declared with
                {
                    Root = Root,
                    PreferredPort = _options.EventHubsPort,
                    TimeProvider = _options.TimeProvider,
                    Logger = _loggers.CreateLogger<EventHubsEndpoint>(),
                },
                cancellationToken);
            if (usesOwn) configuration[EventHubServices.ConnectionName] = _eventHubs.ConnectionString;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LogDamagedException)
        {
            throw new EmbeddedHostException($"The event hubs in {Root} cannot be opened: {e.Message}", e);
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ShutdownTimeout);
        using var abort = timeout.Token.Register(_abort.Cancel);
        var stopping = StopPartsAsync(timeout.Token);
        if (await Task.WhenAny(stopping, GraceAsync(timeout.Token)) == stopping) await stopping;
        else _loggers.CreateLogger<EmbeddedHost>().LogWarning("Functions still run that do not heed their cancellation token; not waiting for them");
        await timeout.CancelAsync();
    }

    private async Task StopPartsAsync(CancellationToken timeout)
    {
        try
        {
            // Requests may wait for orchestrations, so that the task hub outlives them.
            await Task.WhenAll(_triggers?.StopAsync() ?? Task.CompletedTask, _app.StopAsync(timeout));
        }
        finally
        {
            if (_hubRuns) await _hub.StopAsync(timeout);
        }
    }

    private static async Task GraceAsync(CancellationToken timeout)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, timeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(s_grace, CancellationToken.None);
    }

    private DurableUrls Urls() => new(BaseAddress, _settings.HubName, _keys.Durable);

    private TaskHubOptions HubOptions()
    {
        var hub = new TaskHubOptions
        {
            Path = Path.Combine(Root, HostSettings.TaskHubFile(_settings.HubName)),
            Name = _settings.HubName,
            DefaultVersion = _settings.DefaultVersion,
            LeavesLaterVersions = _settings.LeavesLaterVersions,
            VerifyReplay = _options.VerifyReplay,
            TimeProvider = _options.TimeProvider,
        };
        return _settings.MaxConcurrentActivities is { } activities ? hub with { MaxConcurrentActivities = activities } : hub;
    }

    private static IEnumerable<Type> Types(EmbeddedHostOptions options) =>
        options.FunctionTypes ?? options.FunctionAssemblies.Distinct().SelectMany(assembly => assembly.GetTypes());

    private string Detail(HostedFunction function) => function.Trigger is HttpTriggerBinding http
        ? $"[{http.MethodList}] {BaseAddress}{http.Template}"
        : function.Trigger.Detail;
}
