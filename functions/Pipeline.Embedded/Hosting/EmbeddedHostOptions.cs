using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Hosting;

/// <summary>How an <see cref="EmbeddedHost"/> starts. The defaults are those of <c>serve</c>.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>The assemblies whose <c>[Function]</c> methods are hosted; by default the app's.</summary>
    public IReadOnlyList<Assembly> FunctionAssemblies { get; init; } = [typeof(PipelineApp).Assembly];

    /// <summary>When set, only these classes are hosted and <see cref="FunctionAssemblies"/> is not looked at.</summary>
    public IReadOnlyList<Type>? FunctionTypes { get; init; }

    /// <summary>The directory of everything that the host keeps: task hub, keys, trigger receipts and, by default, the objects.</summary>
    public string Root { get; init; } = ".pipeline";

    /// <summary>The address to listen on. Port 0 takes any free one; see <see cref="EmbeddedHost.BaseAddress"/>.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:7071");

    /// <summary>
    /// The port for the host's event hubs where no setting gives one: this one if it is free, else any free one. Default 0: any.
    /// </summary>
    public int EventHubsPort { get; init; }

    /// <summary>
    /// Azure Blob storage for the objects. Null or empty: the setting <c>AzureWebJobsStorage</c> or, without that too, the
    /// directory <c>store</c> below <see cref="Root"/>.
    /// </summary>
    public string? StorageConnectionString { get; init; }

    /// <summary>Adds services and middleware; by default <see cref="PipelineApp.Configure"/>.</summary>
    public Action<IFunctionsWorkerApplicationBuilder, IConfiguration> Configure { get; init; } = PipelineApp.Configure;

    /// <summary>The clock of the app, its timers and its triggers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// The path of host.json; <c>local.settings.json</c> is looked for beside it. Null: host.json of the working directory or,
    /// without that, the one beside the program.
    /// </summary>
    public string? HostJson { get; init; }

    /// <summary>Settings that win over host.json, local.settings.json and the environment.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>The least level that is logged; null for what host.json says.</summary>
    public LogLevel? LogLevel { get; init; }

    /// <summary>Where logs go; by default to standard error, a line each.</summary>
    public Action<ILoggingBuilder>? Logging { get; init; }

    /// <summary>
    /// For tests: every orchestration that ends is replayed from its stored history, and fails if it does anything else than it
    /// did. Default false.
    /// </summary>
    public bool VerifyReplay { get; init; }

    /// <summary>How long a stop waits for running requests and activities before it cancels them. Default 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
