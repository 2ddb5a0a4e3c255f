using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Access;

/// <summary>The app with all its routes, over the real host; there is nothing in it.</summary>
public sealed class WholeApp : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The host.</summary>
    internal EmbeddedHost Host { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
    {
        Root = _folder.Path,
        Url = new Uri("http://127.0.0.1:0"),
        Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        ShutdownTimeout = TimeSpan.FromSeconds(1),
    });

    /// <inheritdoc/>
    public async Task DisposeAsync() => await Host.DisposeAsync();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>A client of it; with a key, one that shows it at each request.</summary>
    internal HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Host.BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
            client.DefaultRequestHeaders.Add("x-functions-key", key);
        return client;
    }
}
