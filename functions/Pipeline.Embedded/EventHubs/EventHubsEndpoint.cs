using System.Collections.Concurrent;
using Pipeline.Embedded.EventHubs.Amqp;
using Pipeline.Embedded.EventHubs.Log;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs;

/// <summary>
/// Event Hubs on this machine: durable partitioned logs below a directory, served over AMQP 1.0 to the official clients, and to
/// the same process through <see cref="Hubs"/>.
/// </summary>
internal sealed class EventHubsEndpoint : IAsyncDisposable
{
    private readonly Dictionary<string, EventHub> _hubs;
    private readonly FileStream _claim;
    private readonly AmqpServer _server;
    private readonly string _key;
    private int _disposed;

    private EventHubsEndpoint(string id, Dictionary<string, EventHub> hubs, FileStream claim, AmqpServer server, string key)
    {
        Id = id;
        _hubs = hubs;
        _claim = claim;
        _server = server;
        _key = key;
    }

    /// <summary>The endpoint's name, the same from start to start. No two processes can run the endpoint of a directory.</summary>
    public string Id { get; }

    /// <summary>The hubs by name; without regard to case.</summary>
    public IReadOnlyDictionary<string, EventHub> Hubs => _hubs;

    /// <summary>The port that it listens on.</summary>
    public int Port => _server.Port;

    /// <summary>The bytes of events that wait to leave to clients: bounded for each of their links.</summary>
    public long UnsentBytes => _server.UnsentBytes;

    /// <summary>What official clients connect with.</summary>
    public string ConnectionString => EventHubsKey.ConnectionString(Port, _key);

    /// <summary>Opens the hubs and listens.</summary>
    /// <exception cref="EmbeddedHostException">A declaration is wrong, the port or the directory is in use.</exception>
    /// <exception cref="LogDamagedException">Acknowledged events are missing or not intact.</exception>
    public static async Task<EventHubsEndpoint> StartAsync(EventHubsOptions options, CancellationToken cancellationToken = default)
    {
        foreach (var hub in options.Hubs) hub.Validate();
        if (options.Hubs.GroupBy(hub => hub.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new EmbeddedHostException($"The event hub '{twice.Key}' is declared {twice.Count()} times; declare it once.");

        var root = Path.GetFullPath(options.Root);
        var folder = Path.Combine(root, "eventhubs");
        Directory.CreateDirectory(folder);
        var claim = Claim(folder);
        var opened = new ConcurrentDictionary<string, EventHub>(StringComparer.OrdinalIgnoreCase);
        try
        {
            var key = options.Key ?? EventHubsKey.LoadOrCreate(root);
            await Parallel.ForEachAsync(options.Hubs, cancellationToken, (declaration, _) =>
            {
                var name = declaration.Name;
                opened[name] = EventHub.Open(Path.Combine(folder, name.ToLowerInvariant()), declaration, options.TimeProvider, options.Logger);
                return ValueTask.CompletedTask;
            });
            var hubs = new Dictionary<string, EventHub>(opened, StringComparer.OrdinalIgnoreCase);
            var id = LoadOrCreateId(folder);
            var tokens = new SharedAccessTokens(EventHubsKey.Name, key, options.TimeProvider);
            var server = Listen(options, port => AmqpServer.Start(port, hubs, tokens, options.TimeProvider, options.Logger));
            return new EventHubsEndpoint(id, hubs, claim, server, key);
        }
        catch
        {
            foreach (var hub in opened.Values) hub.Dispose();
            await claim.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the clients go, makes what they sent safe, and closes the hubs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _server.DisposeAsync();
        Parallel.ForEach(_hubs.Values, hub => hub.Dispose());
        await _claim.DisposeAsync();
    }

    /// <summary>Whether a connection string leads to this endpoint.</summary>
    public bool IsMeantBy(string connectionString)
    {
        var endpoint = connectionString.Split(';').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("Endpoint=", StringComparison.OrdinalIgnoreCase));
        return endpoint is not null
            && Uri.TryCreate(endpoint["Endpoint=".Length..], UriKind.Absolute, out var uri)
            && uri.IsLoopback
            && (uri.IsDefaultPort || uri.Port < 0 ? EventHubsOptions.UsualPort : uri.Port) == Port;
    }

    private static AmqpServer Listen(EventHubsOptions options, Func<int, AmqpServer> start)
    {
        if (options.Port is { } port) return start(port);
        try
        {
            return start(options.PreferredPort);
        }
        catch (EmbeddedHostException) when (options.PreferredPort != 0)
        {
            return start(0);
        }
    }

    private static string LoadOrCreateId(string folder)
    {
        var path = Path.Combine(folder, "id");
        if (!File.Exists(path) || File.ReadAllText(path) is not { Length: > 0 })
        {
            // Nobody else writes here: the folder is claimed.
            File.WriteAllText(path + ".tmp", $"{Environment.MachineName}-{Guid.NewGuid():n}");
            File.Move(path + ".tmp", path, overwrite: true);
        }

        return File.ReadAllText(path);
    }

    private static FileStream Claim(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "in-use"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new EmbeddedHostException($"The event hubs of {folder} are in use by another process; stop it, or choose another root directory.", e);
        }
    }
}
