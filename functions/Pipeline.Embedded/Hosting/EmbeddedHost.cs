using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// Runs a Function App in this process: its HTTP functions on Kestrel, its orchestrations on a task hub of its own, and its
/// triggers.
/// </summary>
public sealed class EmbeddedHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly FunctionCatalog _catalog;
    private readonly HostKeys _keys;
    private readonly string _keysPath;
    private readonly bool _keysAreNew;
    private int _stopped;

    private EmbeddedHost(WebApplication app, FunctionCatalog catalog, Uri baseAddress, string keysPath, HostKeys keys, bool keysAreNew)
    {
        _app = app;
        _catalog = catalog;
        _keys = keys;
        _keysPath = keysPath;
        _keysAreNew = keysAreNew;
        BaseAddress = baseAddress;
        Functions = [.. catalog.All.Select(function =>
            new FunctionInfo(function.Name, function.Trigger.Kind, Detail(function, baseAddress), function.EntryPoint))];
    }

    /// <summary>The address of the app, with the port that was taken.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The key that opens every function.</summary>
    public string MasterKey => _keys.Master;

    /// <summary>The key that opens functions of the level Function: header <c>x-functions-key</c> or query <c>code</c>.</summary>
    public string FunctionKey => _keys.Function;

    /// <summary>The key of the Durable HTTP API.</summary>
    public string DurableKey => _keys.Durable;

    /// <summary>What is hosted, by trigger and name.</summary>
    public IReadOnlyList<FunctionInfo> Functions { get; }

    /// <summary>Starts a host; when the task ends, it answers.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Abandons the start.</param>
    /// <exception cref="EmbeddedHostException">It cannot start; the message says why and what to do.</exception>
    public static async Task<EmbeddedHost> StartAsync(EmbeddedHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedHostOptions();
        var builder = WebServer.CreateBuilder(options.Url, options.ShutdownTimeout);
        HostConfiguration.Fill(builder.Configuration, options);
        var settings = new HostSettings(builder.Configuration);
        AddLogging(builder.Logging, options, settings);
        builder.Services.AddSingleton(options.TimeProvider);
        builder.Services.AddSingleton<IConfiguration>(builder.Configuration);
        var worker = new FunctionsWorkerBuilder(builder.Services);
        options.Configure(worker, builder.Configuration);

        var catalog = FunctionCatalog.Load(
            Types(options), new TriggerBindings(settings), () => throw new InvalidOperationException("The task hub has not started."));
        var keysPath = Path.Combine(Path.GetFullPath(options.Root), "keys.json");
        var (keys, keysAreNew) = HostKeys.LoadOrCreate(keysPath);

        var app = builder.Build();
        try
        {
            catalog.CheckServices(app.Services.GetRequiredService<IServiceProviderIsService>());
            var loggers = app.Services.GetRequiredService<ILoggerFactory>();
            var invoker = new FunctionInvoker(app.Services.GetRequiredService<IServiceScopeFactory>(), loggers, worker.Middleware);
            var functions = new FunctionEndpoints(invoker, keys, loggers);
            app.UseFunctionRoutes(routes => functions.Map(routes, catalog.All));
            var address = await WebServer.StartAsync(app, options.Url, cancellationToken);
            return new EmbeddedHost(app, catalog, address, keysPath, keys, keysAreNew);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Stops: nothing new is taken, and what runs may end within <see cref="EmbeddedHostOptions.ShutdownTimeout"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting early.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        await _app.StopAsync(cancellationToken);
    }

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
        writer.WriteLine($"Function key (kept in {_keysPath} and not shown again): {FunctionKey}");
        writer.WriteLine();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }

    private static IEnumerable<Type> Types(EmbeddedHostOptions options) =>
        options.FunctionTypes ?? options.FunctionAssemblies.Distinct().SelectMany(assembly => assembly.GetTypes());

    private static void AddLogging(ILoggingBuilder logging, EmbeddedHostOptions options, HostSettings settings)
    {
        // The server's own account of each request is for debugging the server.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddConfiguration(settings.Logging);
        if (options.LogLevel is { } level) logging.Services.PostConfigure<LoggerFilterOptions>(filter => RaiseTo(level, filter));
        if (options.Logging is not null)
        {
            options.Logging(logging);
            return;
        }

        // Standard output belongs to results.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = LineFormatter.FormatterName);
    }

    // The most specific rule wins, so that each of them has to hold to the level.
    private static void RaiseTo(LogLevel level, LoggerFilterOptions filter)
    {
        var rules = filter.Rules.ToList();
        filter.MinLevel = level;
        filter.Rules.Clear();
        foreach (var rule in rules.Where(rule => rule.CategoryName is not null))
        {
            var raised = rule.LogLevel > level ? rule.LogLevel : level;
            filter.Rules.Add(new LoggerFilterRule(rule.ProviderName, rule.CategoryName, raised, rule.Filter));
        }
    }

    private static string Detail(HostedFunction function, Uri address) => function.Trigger is HttpTriggerBinding http
        ? $"[{(http.Methods.IsEmpty ? "ANY" : string.Join(',', http.Methods))}] {address}{http.Template}"
        : function.Trigger.Detail;
}
