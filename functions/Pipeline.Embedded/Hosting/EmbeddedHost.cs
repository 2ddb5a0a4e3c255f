using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Durable;
using Pipeline.Embedded.Http;
using Pipeline.Embedded.Http.Durable;
using Pipeline.Embedded.Triggers;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// Runs a Function App in this process: its HTTP functions on Kestrel, its orchestrations on a task hub of its own, and its
/// triggers.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly EmbeddedHostOptions _options;
    private readonly WebApplication _app;
    private readonly FunctionCatalog _catalog;
    private readonly HostKeys _keys;
    private readonly bool _keysAreNew;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskHub _hub;
    private readonly TriggerListeners _triggers;
    private Task? _stopping;

    private EmbeddedHost(EmbeddedHostOptions options)
    {
        _options = options;
        BaseAddress = options.Url;
        var builder = WebServer.CreateBuilder(options.Url, options.ShutdownTimeout);
        HostConfiguration.Fill(builder.Configuration, options);
        var settings = new HostSettings(builder.Configuration);
        HostLogging.Add(builder.Logging, options, settings);
        builder.Services.AddSingleton(options.TimeProvider);
        builder.Services.AddSingleton<IConfiguration>(builder.Configuration);
        var worker = new FunctionsWorkerBuilder(builder.Services);
        options.Configure(worker, builder.Configuration);

        _catalog = FunctionCatalog.Load(Types(options), new TriggerBindings(settings), () => _hub!.Client);
        (_keys, _keysAreNew) = HostKeys.LoadOrCreate(KeysPath);
        _app = builder.Build();
        _catalog.CheckServices(Services.GetRequiredService<IServiceProviderIsService>());
        var loggers = Services.GetRequiredService<ILoggerFactory>();
        var invoker = new FunctionInvoker(Services.GetRequiredService<IServiceScopeFactory>(), loggers, worker.Middleware);
        _hub = new TaskHub(HubOptions(options, settings), new DurableFunctions(_catalog, invoker), loggers);
        var functions = new FunctionEndpoints(invoker, _keys, loggers);
        var durable = new DurableEndpoints(
            new DurableInstances(_hub, Urls, options.TimeProvider), new DurableEntities(_hub), _keys, loggers.CreateLogger<DurableEndpoints>());
        _app.UseFunctionRoutes(routes =>
        {
            functions.Map(routes, _catalog.All);
            durable.Map(routes);
        });

        DurableUrls Urls() => new(BaseAddress, settings.HubName, _keys.Durable);
        _hub.HttpManagement = id => Urls().Of(id);
        _triggers = new TriggerListeners(_catalog, invoker, Services, options.Root, _abort.Token);
    }

    /// <summary>The address of the app, with the port that was taken.</summary>
    public Uri BaseAddress { get; private set; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The key that opens every function.</summary>
    public string MasterKey => _keys.Master;

    /// <summary>The key that opens functions of the level Function: header <c>x-functions-key</c> or query <c>code</c>.</summary>
    public string FunctionKey => _keys.Function;

    /// <summary>The key of the Durable HTTP API.</summary>
    public string DurableKey => _keys.Durable;

    /// <summary>What is hosted, by trigger and name.</summary>
    public IReadOnlyList<FunctionInfo> Functions =>
        [.. _catalog.All.Select(function => new FunctionInfo(function.Name, function.Trigger.Kind, Detail(function), function.EntryPoint))];

    private string KeysPath => Path.Combine(Path.GetFullPath(_options.Root), "keys.json");

    /// <summary>Starts a host; when the task ends, it answers.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Abandons the start.</param>
    /// <exception cref="EmbeddedHostException">It cannot start; the message says why and what to do.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        var host = new EmbeddedHost(options ?? new EmbeddedHostOptions());
        try
        {
            await host.StartHubAsync(cancellationToken);
            host.BaseAddress = await WebServer.StartAsync(host._app, host._options.Url, cancellationToken);
            await host._triggers.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops: nothing new is taken, and what runs may end within <see cref="EmbeddedHostOptions.ShutdownTimeout"/>; then its
    /// cancellation token is cancelled.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting early.</param>
    public Task StopAsync(CancellationToken cancellationToken = default) => _stopping ??= StopOnceAsync(cancellationToken);

    /// <summary>Writes what is hosted, as a start shows it: each function with its trigger, and keys that were made now.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteFunctions(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var width = Functions.Count == 0 ? 0 : Functions.Max(function => function.Name.Length);
        foreach (var kind in Functions.GroupBy(function => function.Trigger))
        {
            writer.WriteLine($"{kind.Key}:");
            foreach (var function in kind) writer.WriteLine($"  {function.Name.PadRight(width)}  {function.Detail}".TrimEnd());
            writer.WriteLine();
        }

        if (!_keysAreNew) return;
        writer.WriteLine($"Function key (kept in {KeysPath} and not shown again): {FunctionKey}");
        writer.WriteLine();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        _triggers.Dispose();
        _abort.Dispose();
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.ShutdownTimeout);
        using var abort = timeout.Token.Register(_abort.Cancel);
        // Requests may wait for orchestrations, so that the task hub outlives them.
        await Task.WhenAll(_triggers.StopAsync(), _app.StopAsync(timeout.Token));
        await _hub.StopAsync(timeout.Token);
    }

    private async Task StartHubAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _hub.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new EmbeddedHostException(e.Message, e);
        }
    }

    private static TaskHubOptions HubOptions(EmbeddedHostOptions options, HostSettings settings)
    {
        var hub = new TaskHubOptions
        {
            Path = Path.Combine(Path.GetFullPath(options.Root), $"taskhub-{settings.HubName}.db"),
            Name = settings.HubName,
            VerifyReplay = options.VerifyReplay,
            TimeProvider = options.TimeProvider,
        };
        return settings.MaxConcurrentActivities is { } activities ? hub with { MaxConcurrentActivities = activities } : hub;
    }

    private static IEnumerable<Type> Types(EmbeddedHostOptions options) =>
        options.FunctionTypes ?? options.FunctionAssemblies.Distinct().SelectMany(assembly => assembly.GetTypes());

    private string Detail(HostedFunction function) => function.Trigger is HttpTriggerBinding http
        ? $"[{(http.Methods.IsEmpty ? "ANY" : string.Join(',', http.Methods))}] {BaseAddress}{http.Template}"
        : function.Trigger.Detail;
}
