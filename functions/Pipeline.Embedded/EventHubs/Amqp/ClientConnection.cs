using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// One client's connection: its tokens and its links. The AMQP library's listener is made for it alone, around a socket that the
/// server has accepted.
/// </summary>
internal sealed class ClientConnection : IContainer
{
    private const string Cbs = "$cbs";
    private const string Management = "$management";
    private const string Scheme = "EVENTHUBS";
    private const int MostClaims = 1000;

    private readonly ClientTransport _transport;
    private readonly AmqpServices _services;
    private readonly ConnectionListener _listener;
    private readonly RequestNode _cbs;
    private readonly RequestNode _management;
    private readonly ConcurrentDictionary<string, SharedAccessClaim> _claims = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(ushort Channel, uint Handle), ConsumerLink> _consumers = [];

    public ClientConnection(ClientTransport transport, int port, AmqpServices services)
    {
        _transport = transport;
        _services = services;
        _cbs = new RequestNode(PutToken);
        _management = new RequestNode(request => ManagementNode.Answer(request, services.Hubs, IsAuthorized));
        transport.Sent = OnSent;
        CustomTransports = new Dictionary<string, TransportProvider> { [Scheme] = new OneTransport(transport) };
        _listener = new ConnectionListener(new Address("localhost", port, path: "/", scheme: Scheme), this);
        _listener.AMQP.ContainerId = "pipeline";
        _listener.AMQP.MaxSessionsPerConnection = 4096;
        _listener.AMQP.IdleTimeout = (int)TimeSpan.FromMinutes(4).TotalMilliseconds;
        foreach (var mechanism in (string[])["ANONYMOUS", "MSSBCBS"]) _listener.SASL.EnableMechanism(mechanism, new SaslGateProfile(mechanism));
    }

    /// <inheritdoc/>
    public X509Certificate2? ServiceCertificate => null;

    /// <inheritdoc/>
    public IDictionary<string, TransportProvider> CustomTransports { get; }

    /// <summary>The bytes that wait to leave to the client's consumers.</summary>
    public long UnsentBytes => _consumers.Values.Sum(consumer => consumer.UnsentBytes);

    /// <summary>Talks to the client from now on.</summary>
    public void Start() => _listener.Open();

    /// <summary>Tells the client that the connection ends.</summary>
    public void Close() => _listener.Close();

    /// <inheritdoc/>
    public Message CreateMessage(ByteBuffer buffer)
    {
        _transport.MessageEnded(buffer.Length);
        return new RawMessage(buffer.Buffer.AsMemory(buffer.Offset, buffer.Length));
    }

    /// <inheritdoc/>
    public Link CreateLink(ListenerConnection connection, ListenerSession session, Attach attach) => new ListenerLink(session, attach);

    /// <inheritdoc/>
    public bool AttachLink(ListenerConnection connection, ListenerSession session, Link link, Attach attach)
    {
        try
        {
            if (!attach.Role) return AttachSender((ListenerLink)link, attach);
            AttachReceiver((ListenerLink)link, attach);
            return true;
        }
        catch (AmqpException e)
        {
            _services.Logger.LogDebug("The link {Link} was refused: {Reason}", link.Name, e.Error.Description);
            throw;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Channel")]
    private static extern ushort ChannelOf(Session session);

    // False where the attach has been answered, true where that is for the library.
    private bool AttachSender(ListenerLink link, Attach attach)
    {
        var address = (attach.Target as Target)?.Address ?? throw AmqpErrors.Refusal(AmqpErrors.NotFound, "The link's target has no address.");
        attach.MaxMessageSize = ProducerLink.LargestMessage;
        if (address == Cbs)
        {
            _cbs.AttachRequests(link);
            return true;
        }

        if (IsManagement(address))
        {
            _management.AttachRequests(link);
            return true;
        }

        var parts = AuthorizedParts(address);
        var hub = FindHub(parts[0]);
        int? partition = parts switch
        {
            [_] => null,
            [_, var word, var id] when Is(word, "Partitions") => FindPartition(hub, id),
            _ => throw AmqpErrors.Refusal(AmqpErrors.NotFound, $"Events go to HUB or HUB/Partitions/ID, not to '{address}'."),
        };
        new ProducerLink(link, hub, partition, () => IsAuthorized(address), _services.Logger).Start(attach);
        return false;
    }

    private void AttachReceiver(ListenerLink link, Attach attach)
    {
        var source = attach.Source as Source;
        var address = source?.Address ?? throw AmqpErrors.Refusal(AmqpErrors.NotFound, "The link's source has no address.");
        if (address == Cbs)
        {
            _cbs.AttachReplies(link, attach);
        }
        else if (IsManagement(address))
        {
            _management.AttachReplies(link, attach);
        }
        else
        {
            var parts = AuthorizedParts(address);
            var hub = FindHub(parts[0]);
            if (parts is not [_, var groupWord, var group, var partitionWord, var id] || !Is(groupWord, "ConsumerGroups") || !Is(partitionWord, "Partitions"))
                throw AmqpErrors.Refusal(AmqpErrors.NotFound, $"Events come from HUB/ConsumerGroups/GROUP/Partitions/ID, not from '{address}'.");
            if (!hub.HasConsumerGroup(group))
                throw AmqpErrors.Refusal(AmqpErrors.NotFound, $"The messaging entity '{hub.Name}:{group}' could not be found: the event hub has no such consumer group.{NearestName.Hint(group, hub.ConsumerGroups)}");
            AttachConsumer(link, attach, source!, address, hub, group, FindPartition(hub, id));
        }
    }

    private void AttachConsumer(ListenerLink link, Attach attach, Source source, string address, EventHub hub, string group, int partition)
    {
        ConsumerLink consumer;
        try
        {
            var reader = hub.Partitions[partition].OpenReader(StartPositionFilter.Read(source));
            consumer = new ConsumerLink(link, reader, Epoch(attach), () => IsAuthorized(address), _services.Logger);
            hub.Consumers.Add(group, partition, consumer);
        }
        catch (Exception e) when (e is FormatException or PositionUnknownException)
        {
            throw AmqpErrors.Refusal(AmqpErrors.Argument, e.Message);
        }
        catch (ConsumerConflictException e)
        {
            throw AmqpErrors.Refusal(e.IsOwned ? AmqpErrors.Stolen : AmqpErrors.LimitExceeded, e.Message);
        }

        // Settled at once, unless the client wants to settle in two steps: it starts again from its checkpoint anyway.
        if (attach.RcvSettleMode == ReceiverSettleMode.First) attach.SndSettleMode = SenderSettleMode.Settled;
        attach.MaxMessageSize = 0;
        var place = (ChannelOf(link.Session), link.Handle);
        _consumers[place] = consumer;
        link.AddClosedCallback((_, _) =>
        {
            _consumers.TryRemove(new KeyValuePair<(ushort, uint), ConsumerLink>(place, consumer));
            hub.Consumers.Remove(group, partition, consumer);
            consumer.Dispose();
        });
        _ = consumer.RunAsync();
    }

    private void OnSent(TransferFrame transfer)
    {
        if (_consumers.TryGetValue((transfer.Channel, transfer.Handle), out var consumer)) consumer.OnSent(transfer.PayloadLength);
    }

    private Message PutToken(Message request)
    {
        var asked = request.ApplicationProperties;
        if (asked?["operation"] as string != "put-token" || request.Body is not string token)
            return RequestNode.Answer(400, "Only put-token with a token as its text is known.", "");
        if (!_services.Tokens.TryProve(token, out var claim, out var fault)) return RequestNode.Answer(401, fault, "", AmqpErrors.Unauthorized);
        if (_claims.Count >= MostClaims) DropExpiredClaims();
        if (_claims.Count >= MostClaims && !_claims.ContainsKey(claim.Path))
            return RequestNode.Answer(403, $"A connection takes at most {MostClaims} tokens; use one for the whole hub.", "", AmqpErrors.LimitExceeded);
        _claims[claim.Path] = claim;
        return RequestNode.Answer(202, "Accepted", "");
    }

    private void DropExpiredClaims()
    {
        var now = _services.Time.GetUtcNow();
        foreach (var claim in _claims)
        {
            if (claim.Value.ExpiresAt <= now) _claims.TryRemove(claim);
        }
    }

    private bool IsAuthorized(string address)
    {
        var now = _services.Time.GetUtcNow();
        foreach (var claim in _claims)
        {
            if (claim.Value.ExpiresAt > now && claim.Value.Covers(address)) return true;
        }

        return false;
    }

    private bool IsManagement(string address)
    {
        if (address != Management && !address.EndsWith("/" + Management, StringComparison.Ordinal)) return false;
        var now = _services.Time.GetUtcNow();
        return _claims.Any(claim => claim.Value.ExpiresAt > now)
            ? true
            : throw AmqpErrors.Refusal(AmqpErrors.Unauthorized, $"Put a token through {Cbs} first.");
    }

    private string[] AuthorizedParts(string address)
    {
        // Some clients give the whole address, host included.
        if (Uri.TryCreate(address, UriKind.Absolute, out var whole) && whole.Host.Length > 0) address = Uri.UnescapeDataString(whole.AbsolutePath);
        address = address.Trim('/');
        return IsAuthorized(address)
            ? address.Split('/')
            : throw AmqpErrors.Refusal(AmqpErrors.Unauthorized, $"There is no valid token for '{address}' on this connection; put one through {Cbs} first.");
    }

    private EventHub FindHub(string name) => _services.Hubs.TryGetValue(name, out var hub)
        ? hub
        : throw AmqpErrors.Refusal(AmqpErrors.NotFound, ManagementNode.NotFound(name, _services.Hubs));

    private static int FindPartition(EventHub hub, string id) => hub.FindPartition(id)
        ?? throw AmqpErrors.Refusal(AmqpErrors.ArgumentOutOfRange, ManagementNode.NoPartition(hub, id));

    private static long? Epoch(Attach attach) => attach.Properties?[new Symbol("com.microsoft:epoch")] switch
    {
        null => null,
        long epoch => epoch,
        int epoch => epoch,
        var other => throw AmqpErrors.Refusal(AmqpErrors.Argument, $"The epoch '{other}' is no whole number."),
    };

    private static bool Is(string word, string expected) => string.Equals(word, expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>Hands out the one socket. The library asks again for a next one, which never comes.</summary>
    private sealed class OneTransport(ClientTransport transport) : TransportProvider
    {
        private bool _given;

        public override Task<IAsyncTransport> CreateAsync(Address address)
        {
            if (!_given)
            {
                _given = true;
                return Task.FromResult<IAsyncTransport>(transport);
            }

            // It asks when SASL has ended, well or not.
            if (transport.Connection is null) transport.Close();
            return new TaskCompletionSource<IAsyncTransport>().Task;
        }
    }
}
