using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amqp;
using Amqp.Framing;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>
/// Sends events over AMQP, to a namespace on Azure as to this machine's own. One connection carries all hubs; when it breaks, another is
/// opened, with growing pauses between the attempts.
/// </summary>
public sealed class EventHubSender : IEventHubSender, IAsyncDisposable
{
    /// <summary>The longest partition key, in characters.</summary>
    public const int LongestPartitionKey = 128;

    private const int Attempts = 8;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private static readonly HashSet<string> s_permanent = new(StringComparer.Ordinal)
    {
        ErrorCode.NotFound, ErrorCode.NotAllowed, ErrorCode.NotImplemented, ErrorCode.InvalidField, ErrorCode.DecodeError, ErrorCode.MessageSizeExceeded,
        "com.microsoft:argument-error", "com.microsoft:argument-out-of-range", "com.microsoft:entity-disabled",
    };

    private readonly Lazy<EventHubConnectionSettings> _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<EventHubSender> _logger;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly ConcurrentDictionary<string, int> _partitions = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _disposing = new();
    private Opened? _opened;

    internal EventHubSender(Func<EventHubConnectionSettings> settings, TimeProvider time, ILogger<EventHubSender> logger)
    {
        _settings = new Lazy<EventHubConnectionSettings>(settings, LazyThreadSafetyMode.PublicationOnly);
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async Task SendAsync(string hub, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hub);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        try
        {
            var byPartition = await RouteAsync(hub, events, either.Token);
            await Task.WhenAll(byPartition.Select(part => SendToAsync(hub, part.Partition, part.Events, either.Token)));
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(EventHubSender));
        }
    }

    /// <inheritdoc/>
    public async Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(hub);
        if (_partitions.TryGetValue(hub, out var known)) return known;
        var count = 0;
        await TryAsync(hub, async opened => count = (await opened.Connection.DescribeAsync(hub, cancellationToken)).PartitionIds.Count, cancellationToken);
        return _partitions[hub] = count;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested) return;
        await _disposing.CancelAsync();
        await _opening.WaitAsync(CancellationToken.None);
        try
        {
            if (_opened is { } opened) await opened.Connection.DisposeAsync();
            _opened = null;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<IReadOnlyList<(string? Partition, IReadOnlyList<OutgoingEvent> Events)>> RouteAsync(
        string hub, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        var anyKey = false;
        var anyPartition = false;
        foreach (var one in events)
        {
            if (one.PartitionKey?.Length > LongestPartitionKey)
                throw new EventHubException($"The partition key '{one.PartitionKey[..20]}…' of an event for the hub '{hub}' has {one.PartitionKey.Length} characters; {LongestPartitionKey} are the most.");
            anyKey |= !string.IsNullOrEmpty(one.PartitionKey);
            anyPartition |= one.PartitionId is not null;
        }

        if (!anyKey && !anyPartition) return [(null, events)];

        // Keys are spread as the hub itself would, so that events of many keys share a message.
        var partitions = anyKey ? await CountPartitionsAsync(hub, cancellationToken) : 0;
        var routed = new Dictionary<string, List<OutgoingEvent>>(StringComparer.Ordinal);
        List<OutgoingEvent>? anywhere = null;
        foreach (var one in events)
        {
            if (one is { PartitionId: null, PartitionKey: null or "" })
            {
                (anywhere ??= []).Add(one);
                continue;
            }

            var partition = one.PartitionId ?? PartitionOf(one.PartitionKey!, partitions).ToString(CultureInfo.InvariantCulture);
            if (!routed.TryGetValue(partition, out var there)) routed[partition] = there = [];
            there.Add(one);
        }

        var all = routed.Select(part => ((string?)part.Key, (IReadOnlyList<OutgoingEvent>)part.Value));
        return [.. anywhere is null ? all : all.Append((null, anywhere))];
    }

    private static int PartitionOf(string key, int partitions)
    {
        Span<byte> utf8 = stackalloc byte[3 * LongestPartitionKey];
        return PartitionKeyHash.Partition(utf8[..Encoding.UTF8.GetBytes(key, utf8)], partitions);
    }

    private async Task SendToAsync(string hub, string? partition, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
    {
        using var batches = new EventBatches(hub, events);
        // One message after the other: a second one that overtook a first that is sent again would mix up the order.
        while (batches.MoveNext())
        {
            await TryAsync(hub, async opened =>
            {
                var link = await opened.LinkAsync(hub, partition, cancellationToken);
                await SendAsync(link, batches.ToMessage()).WaitAsync(EventHubConnection.Patience, cancellationToken);
            }, cancellationToken);
        }
    }

    private static Task SendAsync(SenderLink link, Message message)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // A message whose link closes before its outcome has come is released, or rejected with the link's error.
        link.Send(message, (_, _, outcome, _) =>
        {
            if (outcome is Accepted) sent.TrySetResult();
            else sent.TrySetException(new AmqpException(outcome is Rejected { Error: { } error } ? error : new Error(ErrorCode.InternalError) { Description = $"The outcome was {outcome}." }));
        }, null);
        return sent.Task;
    }

    private async Task TryAsync(string hub, Func<Opened, Task> attempt, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            Opened? opened = null;
            try
            {
                opened = await OpenAsync(cancellationToken);
                await attempt(opened);
                return;
            }
            catch (AmqpException e) when (s_permanent.Contains(e.Error?.Condition?.ToString() ?? ""))
            {
                opened?.Forget(hub);
                throw Failed(hub, e);
            }
            catch (AuthenticationFailedException e)
            {
                throw Failed(hub, e);
            }
            catch (Exception e) when (e is AmqpException or TimeoutException or SocketException or IOException or ObjectDisposedException)
            {
                if (opened is not null) await AbandonAsync(opened);
                if (failures >= Attempts || _disposing.IsCancellationRequested) throw Failed(hub, e);
                var pause = s_firstPause * (1 << (failures - 1));
                _logger.LogDebug(e, "The event hub {Hub} cannot be reached; attempt {Attempt} follows", hub, failures + 1);
                await Task.Delay(pause < s_longestPause ? pause : s_longestPause, _time, cancellationToken);
            }
        }
    }

    private EventHubException Failed(string hub, Exception e) => new(
        e is AmqpException amqp
            ? $"The event hub '{hub}' at {_settings.Value} refuses: {amqp.Error?.Description ?? amqp.Message}"
            : $"The event hub '{hub}' at {_settings.Value} cannot be reached: {e.Message}",
        e);

    private async Task<Opened> OpenAsync(CancellationToken cancellationToken)
    {
        if (_opened is { Connection.IsClosed: false } there) return there;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_opened is { Connection.IsClosed: false } meanwhile) return meanwhile;
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            if (_opened is { } broken) await broken.Connection.DisposeAsync();
            var settings = _settings.Value;
            return _opened = new Opened(await EventHubConnection.OpenAsync(settings, settings.Tokens(_time), _time, _logger, cancellationToken));
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task AbandonAsync(Opened opened)
    {
        Interlocked.CompareExchange(ref _opened, null, opened);
        await opened.Connection.DisposeAsync();
    }

    /// <summary>A connection and its links.</summary>
    private sealed class Opened(EventHubConnection connection)
    {
        private readonly ConcurrentDictionary<(string Hub, string? Partition), Lazy<Task<SenderLink>>> _links = [];

        public EventHubConnection Connection { get; } = connection;

        public async Task<SenderLink> LinkAsync(string hub, string? partition, CancellationToken cancellationToken)
        {
            var opening = _links.GetOrAdd((hub, partition), key => new Lazy<Task<SenderLink>>(() => Connection.OpenSenderAsync(key.Hub, key.Partition, CancellationToken.None)));
            var link = await opening.Value.WaitAsync(cancellationToken);
            if (!link.IsClosed) return link;
            _links.TryRemove(new KeyValuePair<(string, string?), Lazy<Task<SenderLink>>>((hub, partition), opening));
            throw new AmqpException(link.Error ?? new Error(ErrorCode.DetachForced) { Description = "The link was closed." });
        }

        public void Forget(string hub)
        {
            foreach (var key in _links.Keys.Where(key => key.Hub == hub)) _links.TryRemove(key, out _);
        }
    }
}
