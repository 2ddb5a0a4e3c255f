using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>A host of the given function classes on a free port, over a directory of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly bool _ownsRoot;

    private TestHost(EmbeddedHost host, string root, LogLines logs, bool ownsRoot)
    {
        Host = host;
        Root = root;
        Logs = logs;
        _ownsRoot = ownsRoot;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.BaseAddress };
    }

    public EmbeddedHost Host { get; }

    public string Root { get; }

    public LogLines Logs { get; }

    public HttpClient Client { get; }

    /// <summary>Starts a host.</summary>
    /// <param name="types">The function classes.</param>
    /// <param name="configure">Adds services and middleware.</param>
    /// <param name="hostJson">The text of host.json.</param>
    /// <param name="root">A directory that outlives the host; null for one that goes with it.</param>
    /// <param name="options">Changes to the options.</param>
    public static async Task<TestHost> StartAsync(
        Type[] types,
        Action<IFunctionsWorkerApplicationBuilder, IConfiguration>? configure = null,
        string? hostJson = null,
        string? root = null,
        Func<EmbeddedHostOptions, EmbeddedHostOptions>? options = null)
    {
        var ownsRoot = root is null;
        root ??= Directory.CreateTempSubdirectory("pipeline-host-").FullName;
        var hostJsonPath = Path.Combine(root, "host.json");
        await File.WriteAllTextAsync(hostJsonPath, hostJson ?? """{"version":"2.0"}""");
        var logs = new LogLines();
        var start = new EmbeddedHostOptions
        {
            FunctionTypes = types,
            Root = root,
            Url = new Uri("http://127.0.0.1:0"),
            HostJson = hostJsonPath,
            Configure = configure ?? ((_, _) => { }),
            Logging = logging => logging.AddProvider(logs),
        };
        try
        {
            return new TestHost(await EmbeddedHost.StartAsync(options?.Invoke(start) ?? start), root, logs, ownsRoot);
        }
        catch when (ownsRoot)
        {
            Directory.Delete(root, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        if (_ownsRoot) Directory.Delete(Root, recursive: true);
    }
}
