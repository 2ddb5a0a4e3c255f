using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Listens on the loopback addresses, of IPv4 and of IPv6 where the machine has it, and serves each client that connects.</summary>
internal sealed class AmqpServer : IAsyncDisposable
{
    private const int MostConnections = 1000;
    private const int Backlog = 512;

    private static readonly TimeSpan s_handshakeTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_farewellTime = TimeSpan.FromSeconds(2);

    private readonly Socket[] _sockets;
    private readonly AmqpServices _services;
    private readonly ConcurrentDictionary<ClientTransport, Client> _clients = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private AmqpServer(Socket[] sockets, AmqpServices services)
    {
        _sockets = sockets;
        _services = services;
        Port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
        _accepting = Task.WhenAll(sockets.Select(AcceptAsync));
    }

    /// <summary>The port that it listens on.</summary>
    public int Port { get; }

    /// <summary>The bytes that wait to leave to all consumers.</summary>
    public long UnsentBytes => _clients.Values.Sum(client => client.Connection.UnsentBytes);

    /// <summary>Listens.</summary>
    /// <exception cref="EmbeddedHostException">The port is in use.</exception>
    public static AmqpServer Start(
        int port, IReadOnlyDictionary<string, EventHub> hubs, SharedAccessTokens tokens, TimeProvider time, ILogger logger) =>
        new(Listen(port), new AmqpServices(hubs, tokens, time, logger));

    /// <summary>Takes no more clients, and lets those that are there go.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var socket in _sockets) socket.Dispose();
        await _accepting;
        var clients = _clients.ToArray();
        foreach (var (_, client) in clients) client.Connection.Close();
        try
        {
            await Task.WhenAll(clients.Select(client => client.Value.Closed.Task)).WaitAsync(s_farewellTime);
        }
        catch (TimeoutException)
        {
            // Those that do not answer are cut off.
        }

        foreach (var (transport, _) in clients) transport.Close();
        _stop.Dispose();
    }

    private static Socket[] Listen(int port)
    {
        const int Attempts = 20;
        for (var attempt = 1; ; attempt++)
        {
            var sockets = new List<Socket>();
            try
            {
                sockets.Add(Listen(IPAddress.Loopback, port));
                if (Socket.OSSupportsIPv6) sockets.Add(Listen(IPAddress.IPv6Loopback, ((IPEndPoint)sockets[0].LocalEndPoint!).Port));
                return [.. sockets];
            }
            catch (SocketException e) when (sockets.Count == 1 && e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                // The machine knows IPv6 but has no such loopback address.
                return [.. sockets];
            }
            catch (SocketException e)
            {
                foreach (var socket in sockets) socket.Dispose();
                if (port == 0 && attempt < Attempts) continue;
                throw new EmbeddedHostException(
                    $"The Event Hubs endpoint cannot listen on port {port}: {e.Message}. Stop what listens there, or choose another port (0 takes any free one).", e);
            }
        }
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows()) socket.ExclusiveAddressUse = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Serve(await socket.AcceptAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _services.Logger.LogDebug(e, "A client left while it connected.");
            }
        }
    }

    private void Serve(Socket socket)
    {
        if (_clients.Count >= MostConnections)
        {
            _services.Logger.LogWarning("A client was refused: {Count} are connected to the Event Hubs endpoint.", MostConnections);
            socket.Dispose();
            return;
        }

        var transport = new ClientTransport(socket);
        var client = new Client(new ClientConnection(transport, Port, _services));
        _clients[transport] = client;
        var handshake = _services.Time.CreateTimer(_ =>
        {
            if (transport.Connection is null) transport.Close();
        }, null, s_handshakeTime, Timeout.InfiniteTimeSpan);
        transport.Closed = () =>
        {
            handshake.Dispose();
            _clients.TryRemove(transport, out _);
            client.Closed.TrySetResult();
        };
        client.Connection.Start();
    }

    private sealed record Client(ClientConnection Connection)
    {
        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
