using Amqp;
using Amqp.Listener;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// A link that a partition's events go out on: as many as the client gives credit for, and no more than a bounded number of bytes
/// that have not left yet, so that a client that does not read costs no memory.
/// </summary>
internal sealed class ConsumerLink : IEventConsumer, IDisposable
{
    private const long MostUnsentBytes = 1 << 20;
    private const int ChunkBytes = 32 << 10;

    private readonly ListenerLink _link;
    private readonly PartitionReader _reader;
    private readonly Func<bool> _isAuthorized;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Lock _creditLock = new();
    private long _credit;
    private long _reducedTo;
    private long _unsent;
    private byte[] _chunk = [];
    private int _chunkUsed;

    /// <summary>Takes a link; it sends from <see cref="RunAsync"/> on.</summary>
    public ConsumerLink(ListenerLink link, PartitionReader reader, long? epoch, Func<bool> isAuthorized, ILogger logger)
    {
        _link = link;
        _reader = reader;
        _isAuthorized = isAuthorized;
        _logger = logger;
        Epoch = epoch;
        link.InitializeSender((delta, _, _) => OnCredit(delta), (message, state, settled, _) =>
        {
            if (!settled) link.DisposeMessage(message, state, true);
        }, null);
    }

    /// <inheritdoc/>
    public long? Epoch { get; }

    /// <summary>The bytes that have been given to the library and have not left.</summary>
    public long UnsentBytes => Interlocked.Read(ref _unsent);

    /// <inheritdoc/>
    public void Evict(string reason) => Close(AmqpErrors.Stolen, reason);

    /// <summary>Notes that bytes of the link's messages have left.</summary>
    public void OnSent(int bytes)
    {
        if (Interlocked.Add(ref _unsent, -bytes) < MostUnsentBytes) Wake();
    }

    /// <summary>Sends until the link closes.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await WaitForRoomAsync();
                var events = await _reader.ReadAsync(_stop.Token);
                if (!_isAuthorized())
                {
                    Close(AmqpErrors.Unauthorized, "The token has expired; put a new one.");
                    return;
                }

                for (var i = 0; i < events.Count; i++)
                {
                    await WaitForRoomAsync();
                    Send(events[i]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The link has closed.
        }
        catch (Exception e) when (e is AmqpException or ObjectDisposedException)
        {
            _logger.LogDebug(e, "The consumer link {Link} has ended.", _link.Name);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "The consumer link {Link} has ended.", _link.Name);
            Close(AmqpErrors.Internal, e.Message);
        }
    }

    /// <summary>Ends the sending.</summary>
    public void Dispose() => _stop.Cancel();

    private ValueTask WaitForRoomAsync()
    {
        return HasRoom() && !_stop.IsCancellationRequested ? ValueTask.CompletedTask : new ValueTask(WaitAsync());

        async Task WaitAsync()
        {
            do
            {
                await _wake.WaitAsync(_stop.Token);
            }
            while (!HasRoom());
        }
    }

    private bool HasRoom() => Interlocked.Read(ref _credit) > 0 && UnsentBytes < MostUnsentBytes;

    private void Send(in StoredEvent stored)
    {
        var most = DeliveryEncoder.MostBytes(stored);
        // A new array for every few events: the library keeps them until they have left.
        if (_chunk.Length - _chunkUsed < most) (_chunk, _chunkUsed) = (new byte[Math.Max(ChunkBytes, most)], 0);
        var length = DeliveryEncoder.Encode(stored, _chunk.AsSpan(_chunkUsed));
        var buffer = new ByteBuffer(_chunk, _chunkUsed, length, length);
        _chunkUsed += length;
        Interlocked.Decrement(ref _credit);
        Interlocked.Add(ref _unsent, length);
        _link.SendMessage(new Message(), buffer);
    }

    private void OnCredit(int delta)
    {
        lock (_creditLock)
        {
            if (delta > 0)
            {
                // The library forgets what is left of a credit that the client reduces, and tells it anew with the next one.
                Interlocked.Add(ref _credit, delta - _reducedTo);
                _reducedTo = 0;
            }
            else
            {
                _reducedTo = Math.Max(0, Interlocked.Read(ref _credit) + delta);
                Interlocked.Exchange(ref _credit, _reducedTo);
            }
        }

        Wake();
    }

    private void Wake()
    {
        // One call wakes the one who waits, however many come.
        if (_wake.CurrentCount == 0) _wake.Release();
    }

    private void Close(string condition, string description)
    {
        _stop.Cancel();
        try
        {
            _link.Close(TimeSpan.Zero, AmqpErrors.Error(condition, description));
        }
        catch (AmqpException e)
        {
            _logger.LogDebug(e, "The consumer link {Link} was closing already.", _link.Name);
        }
    }
}
