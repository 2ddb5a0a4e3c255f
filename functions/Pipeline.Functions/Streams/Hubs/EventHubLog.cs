using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Amqp;
using Amqp.Framing;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>Reads hubs' logs over AMQP, in a consumer group of its own, so that it never takes a partition from the triggers.</summary>
internal sealed class EventHubLog(IConfiguration configuration, HubSlots hubs, TimeProvider time, ILogger<EventHubLog> logger) : IPartitionLog, IAsyncDisposable
{
    // A partition takes five readers in a group; those of other hosts are among them.
    private const int ReadersOfAPartition = 2;
    private const int Credit = 5_000;
    private const int BatchEvents = 10_000;
    private const long BatchBytes = 16L << 20;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly ConcurrentDictionary<string, int> _partitions = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Hub, int Partition), SemaphoreSlim> _readers = new();
    private EventHubConnection? _connection;

    /// <inheritdoc/>
    public async Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken) => _partitions.TryGetValue(hub, out var known)
        ? known
        : _partitions[hub] = (await TryAsync(hub, connection => connection.DescribeAsync(hub, cancellationToken), cancellationToken)).PartitionIds.Count;

    /// <inheritdoc/>
    public Task<LogRange> RangeAsync(string hub, int partition, CancellationToken cancellationToken) =>
        TryAsync(hub, connection => connection.DescribeAsync(hub, Id(partition), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<long> FirstSinceAsync(string hub, int partition, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var range = await RangeAsync(hub, partition, cancellationToken);
        if (range.Last < range.First || range.LastEnqueued < since)
            return range.Last + 1;
        // Hubs count enqueued times in milliseconds, and the filter's bound is left out.
        var selector = string.Create(CultureInfo.InvariantCulture, $"amqp.annotation.x-opt-enqueued-time > '{since.ToUnixTimeMilliseconds() - 1}'");
        return await TryAsync(hub, async connection =>
        {
            var link = await connection.OpenReceiverAsync(hub, hubs.ReplayGroup, Id(partition), selector, epoch: null, cancellationToken);
            try
            {
                link.SetCredit(1);
                using var message = await ReceiveAsync(link, cancellationToken);
                return Read(message).SequenceNumber;
            }
            finally
            {
                Close(link);
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<StreamEvent>> ReadAsync(string hub, int partition, long first, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selector = string.Create(CultureInfo.InvariantCulture, $"amqp.annotation.x-opt-sequence-number > '{first - 1}'");
        var readers = _readers.GetOrAdd((hub.ToUpperInvariant(), partition), _ => new SemaphoreSlim(ReadersOfAPartition));
        await readers.WaitAsync(cancellationToken);
        ReceiverLink? link = null;
        try
        {
            link = await TryAsync(hub, connection => connection.OpenReceiverAsync(hub, hubs.ReplayGroup, Id(partition), selector, epoch: null, cancellationToken), cancellationToken);
            link.SetCredit(Credit);
            for (var next = first; next <= last;)
            {
                var events = new List<StreamEvent>();
                var bytes = 0L;
                while (next <= last && events.Count < BatchEvents && bytes < BatchBytes)
                {
                    using var message = await GuardAsync(hub, () => ReceiveAsync(link, cancellationToken));
                    link.Accept(message);
                    var received = Read(message);
                    if (received.SequenceNumber < next)
                        continue;
                    next = received.SequenceNumber + 1;
                    if (received.SequenceNumber > last)
                        break;
                    bytes += received.Body.Length;
                    events.Add(received);
                }
                yield return events;
            }
        }
        finally
        {
            if (link is not null)
                Close(link);
            readers.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
        _opening.Dispose();
    }

    // Each receiver has a session of its own.
    private static void Close(ReceiverLink link)
    {
        link.Close(TimeSpan.Zero);
        link.Session.Close(TimeSpan.Zero);
    }

    private static string Id(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private static async Task<Message> ReceiveAsync(ReceiverLink link, CancellationToken cancellationToken) =>
        await link.ReceiveAsync(EventHubConnection.Patience).WaitAsync(cancellationToken)
        ?? throw new TimeoutException(link.Error?.Description ?? "The hub sent no event in time, though it has some.");

    private static StreamEvent Read(Message message)
    {
        var annotations = message.MessageAnnotations;
        var enqueued = (DateTime)annotations[new Amqp.Types.Symbol("x-opt-enqueued-time")];
        ReadOnlyMemory<byte> body = message.BodySection switch
        {
            Data { Binary: { } binary } => binary,
            Data { Buffer: { } buffer } => buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray(),
            AmqpValue { Value: byte[] binary } => binary,
            AmqpValue { Value: string text } => Encoding.UTF8.GetBytes(text),
            _ => default,
        };
        return new StreamEvent(
            body, (long)annotations[new Amqp.Types.Symbol("x-opt-sequence-number")], Micros.Of(new DateTimeOffset(enqueued.ToUniversalTime(), TimeSpan.Zero)),
            annotations[new Amqp.Types.Symbol("x-opt-offset")]?.ToString());
    }

    // One more attempt over a new connection: the old one may have broken long ago.
    private async Task<T> TryAsync<T>(string hub, Func<EventHubConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await GuardAsync(hub, () => ConnectAsync(cancellationToken));
            try
            {
                return await ask(connection);
            }
            catch (Exception e) when (IsFault(e))
            {
                Interlocked.CompareExchange(ref _connection, null, connection);
                await connection.DisposeAsync();
                if (attempt > 1)
                    throw Failed(hub, e);
            }
        }
    }

    private async Task<EventHubConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsClosed: false } open)
            return open;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_connection is { IsClosed: false } meanwhile)
                return meanwhile;
            var settings = EventHubConnectionSettings.Read(configuration, EventHubServices.ConnectionName);
            return _connection = await EventHubConnection.OpenAsync(settings, settings.Tokens(time), time, logger, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private static async Task<T> GuardAsync<T>(string hub, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsFault(e))
        {
            throw Failed(hub, e);
        }
    }

    private static bool IsFault(Exception e) => e is AmqpException or TimeoutException or SocketException or IOException or ObjectDisposedException or AuthenticationFailedException;

    private static EventHubException Failed(string hub, Exception e) =>
        new($"The log of the event hub '{hub}' cannot be read: {(e is AmqpException amqp ? amqp.Error?.Description ?? amqp.Message : e.Message)}", e);
}
