using System.Collections.Concurrent;
using System.Globalization;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>
/// One AMQP connection to an Event Hubs namespace. A hub's token is put before its first link and renewed before it expires. When the
/// connection breaks, it stays broken: its owner opens another.
/// </summary>
internal sealed class EventHubConnection : IAsyncDisposable
{
    /// <summary>How long the namespace may take for an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_renewBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);

    private readonly Connection _connection;
    private readonly Session _session;
    private readonly IEventHubTokens _tokens;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AmqpRequests _cbs;
    private readonly Lazy<AmqpRequests> _management;
    private readonly ConcurrentDictionary<string, Lazy<Task>> _authorized = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _closing = new();
    private int _links;

    private EventHubConnection(Connection connection, IEventHubTokens tokens, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _session = new Session(connection);
        _tokens = tokens;
        _time = time;
        _logger = logger;
        _cbs = new AmqpRequests(_session, "$cbs");
        _management = new Lazy<AmqpRequests>(() => new AmqpRequests(_session, "$management"));
    }

    /// <summary>Whether it has broken or was closed.</summary>
    public bool IsClosed => _connection.IsClosed || _session.IsClosed || _cbs.IsClosed;

    /// <summary>Connects.</summary>
    public static async Task<EventHubConnection> OpenAsync(
        EventHubConnectionSettings settings, IEventHubTokens tokens, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory();
        // The token comes through $cbs, so that the handshake carries no secret.
        factory.SASL.Profile = SaslProfile.Anonymous;
        factory.AMQP.ContainerId = $"pipeline-{Guid.NewGuid():n}";
        factory.AMQP.HostName = settings.Host;
        factory.AMQP.IdleTimeout = (int)TimeSpan.FromMinutes(2).TotalMilliseconds;
        var address = new Address(settings.Host, settings.Port, path: "/", scheme: settings.UseTls ? "amqps" : "amqp");
        var connection = await factory.CreateAsync(address, cancellationToken).WaitAsync(Patience, cancellationToken);
        return new EventHubConnection(connection, tokens, time, logger);
    }

    /// <summary>Opens a link to send to a hub or one of its partitions.</summary>
    public async Task<SenderLink> OpenSenderAsync(string hub, string? partition, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(hub, cancellationToken);
        var address = partition is null ? hub : $"{hub}/Partitions/{partition}";
        return new SenderLink(_session, Name("sender"), address);
    }

    /// <summary>Opens a link to receive from a partition; its credit is for the caller to give.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="selector">Where to start, in the words of Event Hubs' selector filter.</param>
    /// <param name="epoch">Supersedes receivers of lower epochs; null for one of a few that read side by side.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    public async Task<ReceiverLink> OpenReceiverAsync(
        string hub, string group, string partition, string selector, long? epoch, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(hub, cancellationToken);
        // A session of its own: receivers that are not read must not hold up each other.
        return new ReceiverLink(
            new Session(_connection),
            Name("receiver"),
            new Attach
            {
                Source = new Source
                {
                    Address = $"{hub}/ConsumerGroups/{group}/Partitions/{partition}",
                    FilterSet = new Map { [new Symbol("apache.org:selector-filter:string")] = new DescribedValue(0x468C00000004UL, selector) },
                },
                Target = new Target(),
                SndSettleMode = SenderSettleMode.Settled,
                Properties = epoch is { } owner ? new Fields { [new Symbol("com.microsoft:epoch")] = owner } : null,
            },
            null);
    }

    /// <summary>Asks a hub what it is.</summary>
    public async Task<HubProperties> DescribeAsync(string hub, CancellationToken cancellationToken)
    {
        var map = await ReadAsync(hub, "com.microsoft:eventhub", null, cancellationToken);
        return new HubProperties((string[])map["partition_ids"], Time(map["created_at"]));
    }

    /// <summary>Asks a partition how far it goes.</summary>
    public async Task<LogRange> DescribeAsync(string hub, string partition, CancellationToken cancellationToken)
    {
        var map = await ReadAsync(hub, "com.microsoft:partition", partition, cancellationToken);
        var (first, last) = ((long)map["begin_sequence_number"], (long)map["last_enqueued_sequence_number"]);
        // Of a partition without events the hub may say -1 and -1.
        return new LogRange(Math.Max(first, 0), map["is_partition_empty"] is true ? Math.Max(first, 0) - 1 : last, Time(map["last_enqueued_time_utc"]));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        try
        {
            await _connection.CloseAsync(Patience, null);
        }
        catch (Exception e) when (e is AmqpException or TimeoutException or ObjectDisposedException or IOException)
        {
            _logger.LogDebug(e, "The Event Hubs connection was closed already");
        }
    }

    private async Task<Map> ReadAsync(string hub, string type, string? partition, CancellationToken cancellationToken)
    {
        await AuthorizeAsync(hub, cancellationToken);
        var token = await _tokens.GetAsync(hub, cancellationToken);
        var asked = new ApplicationProperties
        {
            ["operation"] = "READ",
            ["name"] = hub,
            ["type"] = type,
            ["security_token"] = token.Text,
        };
        if (partition is not null) asked["partition"] = partition;
        var answer = await _management.Value.AskAsync(new Message { ApplicationProperties = asked }, Patience, cancellationToken);
        ThrowIfRefused(answer);
        return (Map)answer.Body;
    }

    private static DateTimeOffset Time(object? value) => value is DateTime time ? new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero) : default;

    private string Name(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Interlocked.Increment(ref _links)}");

    private async Task AuthorizeAsync(string hub, CancellationToken cancellationToken)
    {
        var authorized = _authorized.GetOrAdd(hub, name => new Lazy<Task>(() => PutFirstTokenAsync(name)));
        try
        {
            await authorized.Value.WaitAsync(cancellationToken);
        }
        catch when (authorized.Value.IsFaulted)
        {
            _authorized.TryRemove(new KeyValuePair<string, Lazy<Task>>(hub, authorized));
            throw;
        }
    }

    private async Task PutFirstTokenAsync(string hub)
    {
        var expiresAt = await PutTokenAsync(hub);
        _ = RenewAsync(hub, expiresAt);
    }

    private async Task<DateTimeOffset> PutTokenAsync(string hub)
    {
        var token = await _tokens.GetAsync(hub, _closing.Token);
        var request = new Message(token.Text)
        {
            ApplicationProperties = new ApplicationProperties
            {
                ["operation"] = "put-token",
                ["type"] = _tokens.Type,
                ["name"] = token.Audience,
                ["expiration"] = token.ExpiresAt.UtcDateTime,
            },
        };
        ThrowIfRefused(await _cbs.AskAsync(request, Patience, _closing.Token));
        return token.ExpiresAt;
    }

    private async Task RenewAsync(string hub, DateTimeOffset expiresAt)
    {
        try
        {
            while (!IsClosed)
            {
                var life = expiresAt - _time.GetUtcNow();
                // A token of a few minutes is renewed in time too.
                var wait = life > 2 * s_renewBefore ? life - s_renewBefore : life / 2;
                await Task.Delay(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < s_longestDelay ? wait : s_longestDelay, _time, _closing.Token);
                if (expiresAt - _time.GetUtcNow() <= life - wait) expiresAt = await PutTokenAsync(hub);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Closed.
        }
        catch (Exception e)
        {
            // Whoever uses the connection finds it broken and opens another, which asks for a token anew.
            _logger.LogWarning(e, "The token for the event hub {Hub} cannot be renewed; connecting anew", hub);
            await DisposeAsync();
        }
    }

    private static void ThrowIfRefused(Message answer)
    {
        var properties = answer.ApplicationProperties;
        var status = Convert.ToInt32(properties?["status-code"] ?? properties?["statusCode"] ?? 500, CultureInfo.InvariantCulture);
        if (status is 200 or 202) return;
        var description = (properties?["status-description"] ?? properties?["statusDescription"])?.ToString() ?? $"The answer was {status}.";
        var condition = (properties?["error-condition"] ?? properties?["errorCondition"])?.ToString();
        throw new AmqpException(condition ?? status switch { 401 or 403 => ErrorCode.UnauthorizedAccess, 404 => ErrorCode.NotFound, _ => ErrorCode.InternalError }, description);
    }
}
