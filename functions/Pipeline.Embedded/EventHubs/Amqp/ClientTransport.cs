using System.Net.Sockets;
using Amqp;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// One client's socket, as the AMQP library reads and writes it. It tells what has left, so that links know how much waits, and
/// bounds what a client may send of messages that it does not end.
/// </summary>
internal sealed class ClientTransport : IAsyncTransport
{
    private const int ReceiveBytes = 64 << 10;

    // The largest message many times over, since messages of many links may come interleaved.
    private const long MostUnfinishedBytes = 64L << 20;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[ReceiveBytes];
    private int _receivedStart;
    private int _receivedEnd;
    private readonly UnfinishedMessages _unfinished = new();
    private byte[] _outgoing = [];
    private volatile TaskCompletionSource? _gate;

    public ClientTransport(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
    }

    /// <summary>The connection once SASL has ended.</summary>
    public Connection? Connection { get; private set; }

    /// <summary>Hears of every piece of a message that has left.</summary>
    public Action<TransferFrame>? Sent { get; set; }

    /// <summary>Runs when the socket has been closed.</summary>
    public Action? Closed { get; set; }

    /// <summary>Holds what is sent from now on until bytes of the client have come.</summary>
    public void HoldUntilReceived() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Notes that the client has ended a message.</summary>
    public void MessageEnded(int length) => _unfinished.Ended(length);

    /// <inheritdoc/>
    public void SetConnection(Connection connection) => Connection = connection;

    /// <inheritdoc/>
    public async Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
    {
        if (_receivedStart == _receivedEnd)
        {
            // What is larger than our buffer goes to its place at once.
            var direct = count >= ReceiveBytes;
            var came = await _socket.ReceiveAsync(direct ? buffer.AsMemory(offset, count) : _received, SocketFlags.None);
            _gate?.TrySetResult();
            _unfinished.Received(direct ? buffer.AsSpan(offset, came) : _received.AsSpan(0, came));
            if (_unfinished.Bytes > MostUnfinishedBytes) throw new IOException($"The client has sent {_unfinished.Bytes} bytes of messages that have not ended.");
            if (direct || came == 0) return came;
            (_receivedStart, _receivedEnd) = (0, came);
        }

        _gate?.TrySetResult();
        var taken = Math.Min(count, _receivedEnd - _receivedStart);
        _received.AsSpan(_receivedStart, taken).CopyTo(buffer.AsSpan(offset));
        _receivedStart += taken;
        return taken;
    }

    /// <inheritdoc/>
    public async Task SendAsync(IList<ByteBuffer> bufferList, int listSize)
    {
        // Away from the caller: what it says meanwhile gathers, and goes in one piece.
        await Task.Yield();
        if (_gate is { Task.IsCompleted: false } gate) await gate.Task;
        if (bufferList.Count == 1)
        {
            await SendAllAsync(bufferList[0].Buffer.AsMemory(bufferList[0].Offset, bufferList[0].Length));
        }
        else
        {
            if (_outgoing.Length < listSize) _outgoing = new byte[listSize];
            var at = 0;
            foreach (var buffer in bufferList)
            {
                buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).CopyTo(_outgoing.AsSpan(at));
                at += buffer.Length;
            }

            await SendAllAsync(_outgoing.AsMemory(0, at));
        }

        if (Sent is not { } sent) return;
        foreach (var buffer in bufferList)
        {
            if (TransferFrame.TryRead(buffer.Buffer.AsSpan(buffer.Offset, buffer.Length), out var transfer)) sent(transfer);
        }
    }

    /// <inheritdoc/>
    public void Send(ByteBuffer buffer)
    {
        var rest = buffer.Buffer.AsSpan(buffer.Offset, buffer.Length);
        while (!rest.IsEmpty) rest = rest[_socket.Send(rest)..];
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int count) => ReceiveAsync(buffer, offset, count).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Close()
    {
        _gate?.TrySetException(new IOException("The connection was closed."));
        _socket.Dispose();
        Closed?.Invoke();
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
    }
}
